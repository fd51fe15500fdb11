# frozen_string_literal: true

require "json"
require "ostruct"
require_relative "record"

module Banister
  # Between Ruby's values and JSON's.
  module Values
    MAX_DEPTH = 200
    # A value that JSON has no place for; a member that holds it is dropped.
    NOTHING = Object.new.freeze

    # A number or a text that JSON has no place for, and where it lies.
    class NotJson < JSON::GeneratorError
      def initialize(value, path = [])
        shown = value.is_a?(String) ? "#{value.inspect}, which is not valid UTF-8 and" : "#{value}#{", which" unless path.empty?}"
        super("#{path.map { |key| key.to_s.scrub }.join(".")}#{" is " unless path.empty?}#{shown} is no JSON")
        @value = value
        @path = path
      end

      def self.name = "JSON::GeneratorError"

      def inside(key) = NotJson.new(@value, [key, *@path])
    end

    class << self
      # What a step sends, as JSON values.
      def plain(value)
        converted = convert(value, 0)
        converted.equal?(NOTHING) ? nil : converted
      end

      # What a step says, for people to read: what JSON has no place for is text.
      def shown(value)
        plain(value)
      rescue NotJson
        readable(value.inspect)
      end

      # What a step receives: hashes that answer to strings, symbols and methods.
      def rich(value)
        case value
        when Hash then value.each_with_object(Record.new) { |(key, item), record| record[key] = rich(item) }
        when Array then value.map { |item| rich(item) }
        else value
        end
      end

      # A message as releases give it: a missing member is nil, and there is no `each`, `fetch` or `key?`.
      def open(value)
        case value
        when Hash then OpenStruct.new(value.transform_values { |item| open(item) })
        when Array then value.map { |item| open(item) }
        else value
        end
      end

      private

      def convert(value, depth)
        raise ArgumentError, "a value that is nested too deep, or holds itself, cannot become JSON" if depth > MAX_DEPTH

        case value
        when nil, true, false, Integer then value
        when String then text(value)
        when Symbol then text(value.name)
        when Float then value.finite? ? value : raise(NotJson, value)
        when Hash then members(value, depth)
        when Array then items(value, depth)
        when Time then value.getutc.strftime("%Y-%m-%dT%H:%M:%S.%LZ")
        when Proc, Method, UnboundMethod then NOTHING
        when Exception then members({ name: value.class.name, message: readable(value.message), stack: value.backtrace }, depth)
        when Module, Numeric, Range, Regexp then readable(value.to_s)
        when IO then readable(value.inspect)
        else object(value, depth)
        end
      end

      def items(array, depth)
        array.each_with_index.map do |item, at|
          found = convert(item, depth + 1)
          found.equal?(NOTHING) ? nil : found
        rescue NotJson => e
          raise e.inside(at)
        end
      end

      def members(hash, depth)
        hash.each_with_object({}) do |(key, item), plain|
          found = convert(item, depth + 1)
          plain[text(key.to_s)] = found unless found.equal?(NOTHING)
        rescue NotJson => e
          raise e.inside(key)
        end
      end

      # The JSON library refuses bytes that are no text, too. A binary string that holds text is text.
      def text(string)
        utf8 = string.encoding == Encoding::BINARY ? string.dup.force_encoding(Encoding::UTF_8) : string.encode(Encoding::UTF_8)
        utf8.valid_encoding? ? utf8 : raise(NotJson, string)
      rescue EncodingError
        raise NotJson, string
      end

      # Text for people.
      def readable(string)
        string.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
      end

      # An object says itself what it is in JSON: a `to_json` of its own first, then `to_h`, dates and other text last.
      def object(value, depth)
        if value.respond_to?(:iso8601) then text(value.iso8601)
        elsif own_json?(value) then convert(JSON.parse(value.to_json, max_nesting: false), depth + 1)
        elsif value.respond_to?(:to_h) then convert(value.to_h, depth + 1)
        elsif value.respond_to?(:to_a) then convert(value.to_a, depth + 1)
        else text(value.to_s)
        end
      end

      # True unless `to_json` is the one that the JSON library gives to every object.
      def own_json?(value)
        value.respond_to?(:to_json) && !value.method(:to_json).owner.name.to_s.start_with?("JSON::", "Object", "Kernel")
      end
    end
  end
end
