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

--- Puts the cursor on the first character of `text`, behind `before` on the same line.
function M.cursor_at(before, text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local _, stop = line:find(before .. text, 1, true)
    if stop then
      vim.api.nvim_win_set_cursor(0, { number, stop - #text })
      return
    end
  end
  error('no ' .. before .. text .. ' in ' .. vim.api.nvim_buf_get_name(0))
end

--- The running servers of this plugin.
function M.clients()
  local all = vim.lsp.get_clients and vim.lsp.get_clients() or vim.lsp.get_active_clients()
  return vim.tbl_filter(function(candidate)
    return candidate.name == 'banister'
  end, vim.tbl_values(all))
end

--- The running server, if there is one.
function M.client()
  return M.clients()[1]
end

--- Edits a file and waits for the server.
function M.open(path)
  vim.cmd('edit ' .. path)
  M.wait('the server at ' .. path, function()
    local running = M.client()
    return running and running.initialized and vim.lsp.buf_is_attached(0, running.id)
  end)
end

--- What is found in the current buffer.
function M.findings()
  return vim.diagnostic.get(0)
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
