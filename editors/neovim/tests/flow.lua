--- In the current folder, the shop of `examples/ecommerce`: completes a topic and jumps into another language.

local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local support = dofile(here .. '/support.lua')

local cursor_at, client, open = support.cursor_at, support.client, support.open

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

local diagnostics = support.findings

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
  support.equal(#support.clients(), 1, 'the number of servers')
end)
