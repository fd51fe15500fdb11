# frozen_string_literal: true

require_relative "entropy"
require_relative "late_patches"
require_relative "mocks"

module Banister
  # Watches `require`: changes libraries as they come, and remembers which ones a step asked for, so that a nursery can load them
  # ahead of the next invocation.
  module Requires
    GEM_FOLDER = %r{/gems/[^/]+-\d}.freeze

    class << self
      # Libraries that code of the project required, in order, by the names that it used.
      attr_reader :asked_for

      def install(root)
        @root = root
        @asked_for = []
        @depth = 0
        [Kernel, Kernel.singleton_class].each do |owner|
          original = owner.instance_method(:require)
          owner.define_method(:require) do |path|
            mocked = Mocks.instead_of(path)
            mocked.nil? ? Requires.track(path) { original.bind_call(self, path) } : mocked
          end
          # The original looks at its caller, who would be us.
          owner.define_method(:require_relative) do |path|
            place = caller_locations(1, 1).first
            require(File.expand_path(path, File.dirname(place.absolute_path || place.path)))
          end
        end
        Kernel.send(:private, :require, :require_relative)
        LatePatches.apply
      end

      def track(path, &load)
        return yield.tap { LatePatches.apply } if @depth.positive? || project?(path)

        library(path, &load)
      end

      private

      # Randomness that a library uses while it loads must not depend on whether a nursery loaded it.
      def library(path, &load)
        @depth += 1
        loaded = begin
          Entropy.aside(&load)
        ensure
          @depth -= 1
        end
        LatePatches.apply
        @asked_for << path.to_s if loaded
        loaded
      end

      def project?(path)
        path = path.to_s
        return inside?(File.expand_path(path)) if path.start_with?("/", "./", "../", "~")
        return false unless $LOAD_PATH.any? { |folder| inside?(folder.to_s) }

        _, found = $LOAD_PATH.resolve_feature_path(path)
        !found.nil? && inside?(found.to_s)
      end

      def inside?(path)
        path.start_with?("#{@root}/") && !GEM_FOLDER.match?(path)
      end
    end
  end
end
