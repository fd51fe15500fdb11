# frozen_string_literal: true

module Banister
  # One step file: what it defines at its top level.
  class Step
    MAIN = TOPLEVEL_BINDING.receiver

    # Loads the file. Top-level methods of a script become private methods of Object, so they are looked up there.
    def initialize(file, root)
      @relative = file.delete_prefix("#{root}/")
      forget_the_last_step
      load(file)
      @config = top_level(:config)
      @handler = top_level(:handler)
    end

    def config = @config&.bind_call(MAIN)
    def handler? = !@handler.nil?

    # Calls the handler in the shape of its trigger, an API step through its middleware.
    def run(shape, input, context, middleware)
      raise NoMethodError, "Function 'handler' not found in module #{@relative}" unless handler?
      return @handler.bind_call(MAIN, *cron_arguments(context)) if shape == "cron"

      last = -> { @handler.bind_call(MAIN, input, context) }
      return last.call unless shape == "api"

      middleware.chain(config).reverse.reduce(last) do |following, entry|
        -> { entry.call(input, context, ->(*) { following.call }) }
      end.call
    end

    private

    # In a shared process the methods of the step before are still there, and must not pass for this step's.
    def forget_the_last_step
      %i[config handler].each { |name| Object.send(:remove_method, name) if top_level(name) }
    end

    def top_level(name)
      return nil unless Object.private_method_defined?(name, false) || Object.method_defined?(name, false)

      Object.instance_method(name)
    end

    # A cron handler has no input; one that asks for two arguments anyway gets nil first.
    def cron_arguments(context)
      required = @handler.parameters.count { |kind, _| kind == :req }
      required >= 2 ? [nil, context] : [context]
    end
  end
end
