# frozen_string_literal: true

module Banister
  # What runs around the handler of an API step: lambdas and methods, as the other languages have functions, and names. Releases
  # have none of it in Ruby; a name is there the function of a helper file or of the step itself.
  class Middleware
    # `files` has the file of each name, `released` is true where releases are played, `warn` takes a text.
    def initialize(files, released, warn)
      @files = files || {}
      @released = released
      @warn = warn
    end

    def chain(config)
      return [] unless config.is_a?(Hash)

      entries = config[:middleware] || config["middleware"] || []
      entries.filter_map { |entry| entry.respond_to?(:call) ? entry : named(entry) }
    end

    private

    def named(name)
      load(@files[name.to_s]) if @files.key?(name.to_s)
      found = top_level(name)
      return ->(*arguments) { found.bind_call(Step::MAIN, *arguments) } if found
      raise NoMethodError, "#{name.inspect} is not a function" if @released

      @warn.call("Middleware '#{name}' is only a name: it was skipped")
      nil
    end

    def top_level(name)
      Object.instance_method(name) if name.to_s.match?(/\A\w+[?!]?\z/) && (Object.private_method_defined?(name) || Object.method_defined?(name))
    end
  end
end
