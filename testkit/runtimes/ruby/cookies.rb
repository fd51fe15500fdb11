# frozen_string_literal: true

module Banister
  # The cookies of a request by name. The framework itself leaves them in their header; documents for it read `cookies`.
  module Cookies
    def self.added_to(request)
      { "cookies" => parse(request.dig("headers", "cookie")) }.merge(request)
    end

    def self.parse(header)
      pairs = header.to_s.split(";").filter_map do |part|
        name, value = part.strip.split("=", 2)
        [name, decode(value.delete_prefix('"').delete_suffix('"'))] if value
      end
      pairs.to_h
    end

    # What is no valid text once decoded stays as it was sent.
    def self.decode(value)
      decoded = value.b.gsub(/%\h\h/) { |code| [code[1, 2]].pack("H2") }.force_encoding(Encoding::UTF_8)
      decoded.valid_encoding? ? decoded : value
    end
  end
end
