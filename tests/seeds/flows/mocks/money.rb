class Money
end
