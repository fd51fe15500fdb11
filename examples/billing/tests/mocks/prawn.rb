# As much of a PDF as an invoice needs: its lines.
module Prawn
  class Document
    def initialize
      @lines = []
    end

    def text(line)
      @lines << line
    end

    def render = @lines.join("\n")
  end
end
