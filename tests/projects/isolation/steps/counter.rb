module Counter
  @count = 0
  def self.next_one = @count += 1
end
