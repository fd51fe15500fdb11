# frozen_string_literal: true

require_relative "values"

module Banister
  # Code that stands in for other code: libraries that are required, and methods that a step calls and nobody defines.
  module Mocks
    MAIN = TOPLEVEL_BINDING.receiver
    CONSTANT = /\A[A-Z]/.freeze
    # An object that has no other text than its address.
    ADDRESS = /\A#<(?<class>[\w:]+)[ :>]/.freeze

    @modules = {}
    @loaded = {}
    @originals = {}
    @lock = Mutex.new

    class << self
      attr_writer :channel

      # From now on these libraries stand in for others.
      def stand_in_for_libraries(mocks)
        @modules = mocks.fetch("modules", {})
        @loaded = {}
      end

      # Defines the methods and constants that a step expects; its own definitions come later and take their place.
      def define_names(mocks)
        names = mocks.fetch("names", {})
        names.each { |path, stand| place(path.split("."), stand) }
        names.each_value { |stand| stand["export"]&.then { |told| @originals[told["function"]] = original(told) } }
        # A file may have put its own method in the place of the one that is recorded.
        names.each { |path, stand| place(path.split("."), stand) if stand["export"] }
      end

      # What `require` answers for a mocked library: whether it was loaded now. Nil for any other library.
      def instead_of(path)
        name = path.to_s.delete_suffix(".rb")
        key = key_of(name)
        file = key && @modules[key]["file"]
        return nil if file.nil? || @loading == key
        return false if @loaded[key]

        @loaded[key] = true
        outer, @loading = @loading, key
        Kernel.load(file)
        true
      ensure
        @loading = outer if file && @loading == key
      end

      def call(name, arguments, block)
        outcome = @lock.synchronize do
          @channel.write("mocked", { "function" => name, "args" => arguments.map { |argument| shown(argument) } })
          @channel.read || {}
        end
        return @originals.fetch(name).bind_call(MAIN, *arguments, &block) if outcome["runs"]

        fail_as(outcome["throws"]) if outcome["throws"]
        Values.rich(outcome["returns"])
      end

      private

      # A mock of `prawn` stands for `prawn/table` as well; a file of the project is named by its path.
      def key_of(name)
        until name.empty? || name == "/"
          return name if @modules.key?(name)
          return "#{name}.rb" if @modules.key?("#{name}.rb")
          return nil unless name.include?("/")

          name = name.rpartition("/").first
        end
      end

      def place(path, stand)
        *scopes, name = path
        return place_at_top_level(name, stand) if scopes.empty?

        holder = scopes.inject(Object) { |scope, part| member(scope, part) }
        holder.define_singleton_method(name, &body(stand))
      end

      def place_at_top_level(name, stand)
        return set_constant(Object, name, Values.rich(stand["value"])) if stand.key?("value") && CONSTANT.match?(name)

        Object.define_method(name, &body(stand))
        Object.send(:private, name)
      end

      # The object of that name: a module for a constant, anything else is what a method gives.
      def member(scope, name)
        if CONSTANT.match?(name)
          set_constant(scope, name, Module.new) unless scope.const_defined?(name, false)
          return scope.const_get(name, false)
        end
        object = scope == Object ? @objects&.dig(name) : nil
        return object if object

        object = Object.new
        (@objects ||= {})[name] = object if scope == Object
        scope == Object ? Object.define_method(name) { object } : scope.define_singleton_method(name) { object }
        object
      end

      def set_constant(scope, name, value)
        scope.send(:remove_const, name) if scope.const_defined?(name, false)
        scope.const_set(name, value)
      end

      def body(stand)
        return ->(*) { Values.rich(stand["value"]) } if stand.key?("value")

        name = stand.fetch("function") { stand["export"] }.fetch("function")
        proc { |*arguments, &block| Mocks.call(name, arguments, block) }
      end

      def original(told)
        Kernel.load(told["file"])
        Object.instance_method(told["export"])
      rescue NameError
        raise NameError, "the mock of #{told["function"]}: #{told["file"]} defines no '#{told["export"]}'"
      end

      def fail_as(told)
        name = told["name"]
        raise told["message"] unless name && CONSTANT.match?(name)

        Object.const_set(name, Class.new(StandardError)) unless Object.const_defined?(name)
        found = Object.const_get(name)
        raise found.is_a?(Class) && found <= Exception ? found.new(told["message"]) : StandardError.new(told["message"])
      end

      # An argument for the trace. Addresses of objects differ from run to run.
      def shown(value)
        without_addresses(Values.shown(value))
      rescue StandardError
        "<#{value.class}>"
      end

      def without_addresses(value)
        case value
        when String then ADDRESS.match(value)&.then { |match| "<#{match[:class]}>" } || value
        when Array then value.map { |item| without_addresses(item) }
        when Hash then value.transform_values { |item| without_addresses(item) }
        else value
        end
      end
    end
  end
end
