# frozen_string_literal: true

module Banister
  # What an exception looks like in the protocol.
  module Failure
    FRAME = /\A(?<file>.+?):(?<line>\d+)(?::in\b|\z)/.freeze
    HEAD = 60
    TAIL = 10
    # So many causes are told.
    MOST_CAUSES = 10
    HARNESS = [__dir__, File.realpath(__dir__)].uniq.map { |folder| "#{folder}/" }.freeze

    class << self
      # The fields of `threw.error`.
      def describe(error, root)
        return { "name" => "SystemExit", "message" => "#{exit_call(error)}(#{error.status}) was called by the handler" }.merge(trace(error, root)) if error.is_a?(SystemExit)

        { "name" => error.class.name || "anonymous class", "message" => text(message(error), root) }.merge(trace(error, root))
      end

      private

      def exit_call(error) = error.is_a?(Forks::HardExit) ? "exit!" : "exit"

      # The suggestions that Ruby appends depend on its version, so they belong to the stack, not to the message.
      def message(error)
        found = error.respond_to?(:original_message) ? error.original_message : error.message
        return found unless error.is_a?(LoadError) && error.path && !error.path.start_with?("/", ".")

        "#{found} (is the gem or library '#{error.path}' installed?)"
      rescue StandardError => e
        "#{error.class} (its message failed: #{e.class})"
      end

      def trace(error, root)
        frames = project_frames(error)
        position = position(error, frames, root)
        lines = shorten(frames).map { |frame| "\tfrom #{frame}" }
        { "stack" => text([title(error), *lines, *cause(error)].join("\n"), root) }.merge(position)
      end

      def title(error) = "#{error.class.name}: #{message(error)}"

      # A cause that says the same again is a library's way to raise once more.
      def cause(error, told = [error])
        found = error.cause
        return [] if found.nil? || told.include?(found) || told.size > MOST_CAUSES

        first = project_frames(found).first(1).map { |frame| "\tfrom #{frame}" }
        lines = title(found) == title(error) ? [] : ["Caused by #{title(found)}", *first]
        lines + cause(found, told + [found])
      end

      def project_frames(error)
        (error.backtrace || []).reject { |frame| frame.start_with?(*HARNESS) || frame.start_with?("<internal:") }
      end

      def shorten(frames)
        return frames if frames.size <= HEAD + TAIL

        frames.first(HEAD) + ["... #{frames.size - HEAD - TAIL} more ..."] + frames.last(TAIL)
      end

      def position(error, frames, root)
        places = error.is_a?(SyntaxError) ? error.message.lines.map { |line| line[/[^\s].*/].to_s.sub(/: .*/m, "") } + frames : frames
        places.each do |place|
          match = FRAME.match(place)
          return { "file" => match[:file], "line" => match[:line].to_i } if match && match[:file].start_with?("#{root}/")
        end
        {}
      end

      # Paths relative to the project; addresses of objects differ from run to run and say nothing.
      def text(string, root)
        utf8 = string.dup.force_encoding(Encoding::UTF_8).scrub
        utf8.gsub("#{root}/", "").gsub(/0x\h{8,16}/, "0x…")
      end
    end
  end
end
