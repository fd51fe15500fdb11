module Prawn
end
