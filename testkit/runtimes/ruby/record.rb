# frozen_string_literal: true

module Banister
  # A JSON object as a step sees it: a Hash with string keys that may be asked by string, by symbol or by method. A method that names
  # no member gives nil, as the framework's own objects do.
  class Record < Hash
    # Methods of a Hash whose names are also likely names of members. With neither argument nor block the member wins, if there is one.
    SHADOWED = %i[count size length min max sum first zip filter sort find select entries key rank default method display hash_code].freeze

    def [](key) = super(name_of(key))
    def []=(key, value)
      super(name_of(key), value)
    end
    alias store []=

    def fetch(key, *default, &block) = super(name_of(key), *default, &block)
    def key?(key) = super(name_of(key))
    alias has_key? key?
    alias include? key?
    alias member? key?

    def dig(key, *rest)
      found = self[key]
      rest.empty? || found.nil? ? found : found.dig(*rest)
    end

    def delete(key, &block) = super(name_of(key), &block)
    def values_at(*keys) = super(*names_of(keys))
    def fetch_values(*keys, &block) = super(*names_of(keys), &block)
    def slice(*keys) = keep(super(*names_of(keys)))
    def except(*keys) = keep(super(*names_of(keys)))

    def merge(*others, &block) = dup.merge!(*others, &block)

    def merge!(*others, &block)
      super(*others.map { |other| other.to_hash.transform_keys { |key| name_of(key) } }, &block)
    end
    alias update merge!

    # Patterns (`in {name: String}`) ask by symbol.
    def deconstruct_keys(_keys)
      to_h.transform_keys { |key| key.is_a?(String) ? key.to_sym : key }
    end

    SHADOWED.each do |name|
      next unless method_defined?(name)

      define_method(name) do |*arguments, &block|
        arguments.empty? && block.nil? && key?(name) ? self[name] : super(*arguments, &block)
      end
    end

    def respond_to_missing?(name, private_too = false)
      key?(name.to_s.delete_suffix("=")) || super
    end

    def method_missing(name, *arguments, &block)
      return self[name.to_s.delete_suffix("=")] = arguments.first if name.end_with?("=") && arguments.size == 1
      return self[name] if key?(name) && arguments.empty?
      return super if !arguments.empty? || block || name.start_with?("to_") || name.end_with?("?", "!")

      nil
    end

    private

    def name_of(key) = key.is_a?(Symbol) ? key.name : key
    def names_of(keys) = keys.map { |key| name_of(key) }
    def keep(hash) = Record.new.replace(hash)
  end
end
