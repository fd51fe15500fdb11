# frozen_string_literal: true

require "digest"
require_relative "late_patches"

module Banister
  # All randomness of an invocation comes from its seed. Block `n` of the stream is SHA-256(seed + n as 8 bytes, big-endian).
  #
  # `Random.urandom`, which SecureRandom reads, is the stream itself. Ruby's own generator (`rand`, `shuffle`, `sample`) also runs
  # inside C code where no method can be replaced, so it is seeded from the head of the stream instead.
  module Entropy
    SEED_BYTES = 16
    LOAD_SEED = ("\0" * 32).b.freeze

    class << self
      # Starts the stream of an invocation.
      def reset(seed_hex)
        @seed = [seed_hex].pack("H*")
        @block = 0
        @buffer = "".b
        REAL_SRAND.call(integer)
      end

      def bytes(count)
        while @buffer.bytesize < count
          @buffer << Digest::SHA256.digest(@seed + [@block].pack("Q>"))
          @block += 1
        end
        @buffer.slice!(0, count)
      end

      # Lends the block a stream of its own, the same in every process.
      def aside
        held = [@seed, @block, @buffer]
        @seed, @block, @buffer = LOAD_SEED, 0, "".b
        yield
      ensure
        @seed, @block, @buffer = held
      end

      # A seed for a generator of Ruby's.
      def integer
        bytes(SEED_BYTES).unpack1("H*").to_i(16)
      end

      def install
        reset("00" * 32)
        Random.singleton_class.prepend(RandomSource)
        [Kernel, Kernel.singleton_class].each do |owner|
          owner.define_method(:srand) { |*seed| REAL_SRAND.call(*(seed.empty? ? [Entropy.integer] : seed)) }
        end
        Kernel.send(:private, :srand)
        LatePatches.on("OpenSSL::Random") { |random| random.singleton_class.prepend(OpenSslSource) }
      end
    end

    REAL_SRAND = Kernel.method(:srand)

    # Generators without a seed of their own.
    module RandomSource
      def new(*seed)
        seed.empty? ? super(Entropy.integer) : super
      end

      def urandom(count)
        Entropy.bytes(count)
      end

      def new_seed
        Entropy.integer
      end

      def srand(*seed)
        seed.empty? ? super(Entropy.integer) : super
      end
    end

    # OpenSSL's generator as far as Ruby code calls it; key generation inside the library stays random.
    module OpenSslSource
      def random_bytes(count)
        Entropy.bytes(count)
      end

      def pseudo_bytes(count)
        Entropy.bytes(count)
      end
    end
  end
end
