--- For the tests: each runs in a Neovim of its own, must end within a limit, and tells why it failed.

local M = {}

--- Longer than any answer takes on a busy machine, in milliseconds.
M.limit = 30000

--- Waits until `condition` is true, or fails.
function M.wait(what, condition)
  if not vim.wait(M.limit, condition, 20) then
    error('waited in vain for ' .. what, 2)
  end
end

--- Fails unless both values are alike.
function M.equal(found, expected, what)
  if not vim.deep_equal(found, expected) then
    error(('%s: expected %s, found %s'):format(what, vim.inspect(expected), vim.inspect(found)), 2)
  end
end

--- Runs a test and ends Neovim: with code 0 if it passed, else with 1 and the reason on standard error.
function M.run(name, test)
  local passed, reason = xpcall(test, debug.traceback)
  if passed then
    io.stdout:write('passed: ' .. name .. '\n')
    vim.cmd('qall!')
  else
    io.stderr:write('failed: ' .. name .. '\n' .. tostring(reason) .. '\n')
    vim.cmd('cquit 1')
  end
end

return M
