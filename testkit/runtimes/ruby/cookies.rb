# frozen_string_literal: true

require "cgi/util"

module Banister
  # The cookies of a request by name. The framework itself leaves them in their header; documents for it read `cookies`.
  module Cookies
    def self.added_to(request)
      { "cookies" => parse(request.dig("headers", "cookie")) }.merge(request)
    end

    def self.parse(header)
      pairs = header.to_s.split(";").filter_map do |part|
        name, value = part.strip.split("=", 2)
        [name, CGI.unescape(value.delete_prefix('"').delete_suffix('"').gsub("+", "%2B"))] if value
      end
      pairs.to_h
    end
  end
end
