--- In the current folder, the shop of `examples/ecommerce`: completes a topic and jumps into another language.

local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local support = dofile(here .. '/support.lua')

--- Puts the cursor on the first character of `text`, behind `before` on the same line.
local function cursor_at(before, text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local _, stop = line:find(before .. text, 1, true)
    if stop then
      vim.api.nvim_win_set_cursor(0, { number, stop - #text })
      return
    end
  end
  error('no ' .. before .. text .. ' in ' .. vim.api.nvim_buf_get_name(0))
end

local function client()
  for _, candidate in pairs(vim.lsp.get_active_clients and vim.lsp.get_active_clients() or vim.lsp.get_clients()) do
    if candidate.name == 'banister' then
      return candidate
    end
  end
end

local function open(path)
  vim.cmd('edit ' .. path)
  support.wait('the server at ' .. path, function()
    local running = client()
    return running and running.initialized and vim.lsp.buf_is_attached(0, running.id)
  end)
end

local function labels_at_cursor()
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local answers, problem = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, support.limit)
  assert(answers, problem)
  local labels = {}
  for _, answer in pairs(answers) do
    for _, item in ipairs(answer.result and (answer.result.items or answer.result) or {}) do
      table.insert(labels, item.label)
    end
  end
  return labels
end

--- Errors only: the shop has hints of its own.
local function diagnostics()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end

support.run('a topic is completed, checked and followed across languages', function()
  open('steps/create-order.step.ts')
  cursor_at("emits: ['", 'order.created')
  local labels = labels_at_cursor()
  for _, topic in ipairs({ 'order.created', 'payment.processed', 'sentiment.analyzed', 'report.generated' }) do
    assert(vim.tbl_contains(labels, topic), 'no ' .. topic .. ' in ' .. vim.inspect(labels))
  end

  local emit = "emit({ topic: '"
  cursor_at(emit, 'order.created')
  vim.cmd('normal! cworders')
  support.wait('a finding of the typo', function()
    return #diagnostics() > 0
  end)
  support.equal(diagnostics()[1].source, 'banister', 'the source of the finding')
  vim.cmd('silent undo')
  support.wait('its end', function()
    return #diagnostics() == 0
  end)
  vim.cmd('silent write')

  open('steps/request-report.step.ts')
  support.equal(vim.bo.filetype, 'typescript', 'the language before the jump')
  cursor_at("topic: '", 'report.requested')
  vim.lsp.buf.definition()
  support.wait('the jump', function()
    return vim.api.nvim_buf_get_name(0):match('generate_report%.step%.rb$') ~= nil
  end)
  support.equal(vim.bo.filetype, 'ruby', 'the language after the jump')
  local position = vim.api.nvim_win_get_cursor(0)
  local line = vim.api.nvim_get_current_line()
  support.equal(line:sub(position[2] + 1, position[2] + #'report.requested'), 'report.requested', 'the target')
  assert(line:match('subscribes'), 'not a subscription: ' .. line)

  support.wait('the server at the Ruby step', function()
    return vim.lsp.buf_is_attached(0, client().id)
  end)
  support.equal(#vim.tbl_filter(function(other)
    return other.name == 'banister'
  end, vim.tbl_values(vim.lsp.get_active_clients())), 1, 'the number of servers')
end)
