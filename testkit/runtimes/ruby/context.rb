# frozen_string_literal: true

require_relative "values"

module Banister
  # Members by name: `object[:get]` is the method itself, for steps that write `object[:get].call(…)`.
  module MembersByName
    def [](name)
      name = name.to_s
      self.class::MEMBERS.include?(name.to_sym) ? method(name) : nil
    end
  end

  # What a handler gets beside its input.
  class Context
    MEMBERS = %i[emit state streams logger trace_id traceId flows file_name utils].freeze

    attr_reader :trace_id, :flows, :state, :streams, :logger
    alias traceId trace_id

    def initialize(fields, calls)
      @trace_id = fields.fetch("traceId")
      @flows = fields.fetch("flows")
      @emitter = Emitter.new(calls)
      @state = State.new(calls)
      @streams = Streams.new(calls)
      @logger = Logger.new(calls)
    end

    # Helpers that some projects expect.
    def utils = Utils.new

    # `context.emit(topic: …, data: …)`; without arguments the emitter, for `context.emit.call(…)`.
    def emit(*event, **fields)
      event.empty? && fields.empty? ? @emitter : @emitter.call(*event, **fields)
    end

    # The framework has this member and leaves it empty.
    def file_name = nil

    def [](name)
      MEMBERS.include?(name.to_sym) ? public_send(name) : nil
    end

    def fetch(name, *default)
      return public_send(name) if key?(name)

      default.empty? ? raise(KeyError, "key not found: #{name.inspect}") : default.first
    end

    def key?(name) = MEMBERS.include?(name.to_sym)
    def to_h = MEMBERS.to_h { |name| [name, public_send(name)] }
    def inspect = "#<Context #{trace_id}>"
  end

  # `context.utils.dates.now`, on the virtual clock.
  class Utils
    include MembersByName

    MEMBERS = %i[dates].freeze
    Dates = Struct.new(:clock) do
      def now = clock.now
    end

    def dates = Dates.new(Time)
  end

  # Sends events.
  class Emitter
    def initialize(calls)
      @calls = calls
    end

    def call(*event, **fields)
      hash = event.first
      unless event.empty? || (event.size == 1 && hash.respond_to?(:to_h) && !hash.is_a?(Array))
        raise ArgumentError, "emit takes one hash or keywords: emit(topic: 'name', data: { … })"
      end

      @calls.call("emit", [Values.plain(event.empty? ? fields : hash.to_h.merge(fields))])
      nil
    end
    alias [] call

    def to_proc = method(:call).to_proc
  end

  # The key-value store.
  class State
    include MembersByName

    MEMBERS = %i[get set delete clear get_group getGroup get_pattern getPattern update list list_groups listGroups].freeze

    def initialize(calls)
      @calls = calls
    end

    def get(group, key) = call("get", group, key)
    def delete(group, key) = call("delete", group, key)
    def clear(group) = call("clear", group)

    # `set(group, key, value, ttl = nil)`; the time to live may be `ttl:`, and a value may be written without its braces.
    def set(group, key, *value_and_ttl, **fields)
      raise ArgumentError, "state.set takes a group, a key and a value" if value_and_ttl.empty? && fields.empty?

      value, ttl = value_and_ttl.empty? ? [fields] : value_and_ttl
      ttl ||= fields[:ttl] || fields[:ttl_seconds] || fields[:ttlSeconds] unless value_and_ttl.empty?
      call("set", group, key, value, *ttl)
    end

    def get_group(group) = Group.new(call("get_group", group))
    def get_pattern(group, glob) = Group.new(call("get_pattern", group, glob))
    def update(group, key, operations) = call("update", group, key, operations)
    def list_groups = call("list_groups")
    alias getGroup get_group
    alias list get_group
    alias getPattern get_pattern
    alias listGroups list_groups

    private

    def call(operation, *arguments)
      Values.rich(@calls.call("state.#{operation}", arguments.map { |argument| Values.plain(argument) }))
    end
  end

  # The items of a group: an Array of values, as the framework gives, that also knows their keys.
  class Group < Array
    attr_reader :keys

    def initialize(pairs)
      pairs ||= []
      @keys = pairs.map(&:first)
      super(pairs.map(&:last))
    end

    def values = to_a
    def items = keys.zip(self)
    def to_h(&block) = block ? super : items.to_h

    def each_pair(&block)
      block ? items.each(&block) : items.each
    end

    def [](*place)
      return super unless place.size == 1 && (place.first.is_a?(String) || place.first.is_a?(Symbol))

      position = keys.index(place.first.to_s)
      position && at(position)
    end
  end

  # The project's streams: `streams.name`, `streams[:name]`.
  class Streams
    def initialize(calls)
      @calls = calls
    end

    def [](name) = Stream.new(name.to_s, @calls)
    def respond_to_missing?(name, _private_too = false) = !name.end_with?("=", "?", "!") && !name.start_with?("to_")

    def method_missing(name, *arguments)
      return super unless arguments.empty? && respond_to_missing?(name)

      self[name]
    end
  end

  # One stream.
  class Stream
    include MembersByName

    MEMBERS = %i[get set delete get_group getGroup list update send subscribe].freeze

    def initialize(name, calls)
      @name = name
      @calls = calls
    end

    def get(group, id) = call("get", group, id)
    def delete(group, id) = call("delete", group, id)
    def get_group(group) = call("get_group", group)
    def update(group, id, operations) = call("update", group, id, operations)
    alias getGroup get_group
    alias list get_group

    def set(group, id, data = nil, **fields)
      call("set", group, id, data.nil? && !fields.empty? ? fields : data)
    end

    def subscribe(&block) = @calls.subscribe(@name, &block)

    def send(channel, event = nil, **fields)
      call("send", channel, event.nil? ? fields : event)
    end

    private

    def call(operation, *arguments)
      Values.rich(@calls.call("stream.#{operation}", [@name, *arguments.map { |argument| Values.plain(argument) }]))
    end
  end

  # The step's log.
  class Logger
    include MembersByName

    LEVELS = %i[info warn error debug].freeze
    MEMBERS = [*LEVELS, :warning].freeze

    def initialize(calls)
      @calls = calls
    end

    LEVELS.each do |level|
      define_method(level) do |message = "", data = nil, **fields|
        data = data.nil? ? fields : data.to_h.merge(fields) unless fields.empty?
        @calls.log(level.name, message.to_s, Values.shown(data))
      end
    end

    # As Ruby's own loggers call it.
    alias warning warn
  end
end
