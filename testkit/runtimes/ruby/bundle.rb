# frozen_string_literal: true

module Banister
  # The gems that the project's Gemfile names, in the versions of its lock file. A project without a lock file has every installed
  # gem, as `ruby` itself gives it: Bundler would have to resolve, and to write into the project.
  module Bundle
    class << self
      def setup(root)
        gemfile = ENV["BUNDLE_GEMFILE"] || File.join(root, "Gemfile")
        return unless File.file?(gemfile) && File.file?("#{gemfile}.lock")

        frozen = ENV["BUNDLE_FROZEN"]
        ENV["BUNDLE_GEMFILE"] = gemfile
        ENV["BUNDLE_FROZEN"] = "true"
        require "bundler"
        Bundler.setup
      rescue LoadError, StandardError => e
        # Steps that need none of the missing gems still run; the others fail at their `require`.
        warn "the Gemfile is left out of account: #{e.message.lines.first.to_s.chomp}"
      ensure
        frozen ? ENV["BUNDLE_FROZEN"] = frozen : ENV.delete("BUNDLE_FROZEN")
      end
    end
  end
end
