# frozen_string_literal: true

require_relative "late_patches"

module Banister
  # The virtual clock: it stands still at the last time that the harness told, and every way to ask for the time reads it.
  module Clock
    UNITS = {
      nanosecond: ->(ms) { ms * 1_000_000 },
      microsecond: ->(ms) { ms * 1_000 },
      millisecond: ->(ms) { ms },
      second: ->(ms) { ms / 1_000 },
      float_microsecond: ->(ms) { ms * 1_000.0 },
      float_millisecond: lambda(&:to_f),
      float_second: ->(ms) { ms / 1_000.0 }
    }.freeze

    @now = 0

    class << self
      # Virtual milliseconds since the epoch.
      attr_accessor :now

      def time(zone = nil, klass = Time)
        seconds, milliseconds = @now.divmod(1_000)
        return klass.at(seconds, milliseconds, :millisecond) if zone.nil?

        klass.at(seconds, milliseconds, :millisecond, in: zone)
      end

      def read(unit)
        UNITS.fetch(unit || :float_second) { raise ArgumentError, "unexpected unit: #{unit}" }.call(@now)
      end

      def install
        Time.singleton_class.prepend(TimeSource)
        Process.singleton_class.prepend(ProcessSource)
        LatePatches.on("Date", ready: ->(date) { date.respond_to?(:today) }) { |date| date.singleton_class.prepend(DateSource) }
        LatePatches.on("DateTime", ready: ->(date) { date.respond_to?(:now) }) { |date| date.singleton_class.prepend(DateTimeSource) }
      end
    end

    # `Time.now`, and `Time.new` where it means now.
    module TimeSource
      def now(**options)
        Clock.time(options[:in], self)
      end

      def new(*arguments, **options)
        return super unless arguments.compact.empty? && (options.keys - [:in]).empty?

        now(**options)
      end
    end

    # All clocks show the same time: a difference of two readings is right whichever clock a library prefers.
    module ProcessSource
      def clock_gettime(_clock, unit = :float_second)
        Clock.read(unit)
      end
    end

    # `Date.today`.
    module DateSource
      def today(start = Date::ITALY)
        time = Clock.time
        new(time.year, time.month, time.day, start)
      end
    end

    # `DateTime.now`.
    module DateTimeSource
      def now(start = Date::ITALY)
        time = Clock.time
        second = time.sec + Rational(time.nsec, 1_000_000_000)
        new(time.year, time.month, time.day, time.hour, time.min, second, Rational(time.utc_offset, 86_400), start)
      end
    end
  end
end
