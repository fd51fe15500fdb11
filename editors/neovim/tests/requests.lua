--- In the current folder, the shop of `examples/ecommerce`: what the server offers besides completion and jumps.

local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local support = dofile(here .. '/support.lua')
local cursor_at, open = support.cursor_at, support.open

--- The server's answer, which must be one.
local function ask(method, params)
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, support.limit)
  assert(answers, problem)
  for _, answer in pairs(answers) do
    assert(not answer.err, method .. ': ' .. vim.inspect(answer.err))
    if answer.result and answer.result ~= vim.NIL then
      return answer.result
    end
  end
  error(method .. ' has no answer')
end

local function here_params()
  return vim.lsp.util.make_position_params(0, support.client().offset_encoding)
end

--- Fails unless one of the items has `name` as what `name_of` makes of it.
local function has(items, name, name_of)
  local names = vim.tbl_map(name_of, items)
  for _, found in ipairs(names) do
    if found:find(name, 1, true) then
      return
    end
  end
  error('no ' .. name .. ' in ' .. vim.inspect(names))
end

local function uri(item)
  return item.uri
end

support.run('references, calls, lenses, symbols, highlights and fixes', function()
  open('steps/create-order.step.ts')
  cursor_at("emit({ topic: '", 'order.created')
  local params = here_params()
  params.context = { includeDeclaration = true }
  local places = ask('textDocument/references', params)
  for _, file in ipairs({ 'create-order.step.ts', 'process-payment.step.js', 'orders.flow.yaml' }) do
    has(places, file, uri)
  end
  assert(#ask('textDocument/documentHighlight', here_params()) >= 2, 'fewer than two highlights')

  -- Who takes the topic, what comes before that step and what after it, in three languages.
  local items = ask('textDocument/prepareCallHierarchy', here_params())
  has(items, 'process-payment.step.js', uri)
  has(ask('callHierarchy/incomingCalls', { item = items[1] }), 'create-order.step.ts', function(call)
    return call.from.uri
  end)
  has(ask('callHierarchy/outgoingCalls', { item = items[1] }), 'recommend_products_step.py', function(call)
    return call.to.uri
  end)

  local renaming = here_params()
  renaming.newName = 'order.placed'
  local renamed = vim.inspect(ask('textDocument/rename', renaming))
  for _, file in ipairs({ 'create-order.step.ts', 'process-payment.step.js', 'orders.flow.yaml' }) do
    assert(renamed:find(file, 1, true), 'no ' .. file .. ' in ' .. renamed)
  end

  local document = { textDocument = vim.lsp.util.make_text_document_params() }
  has(ask('textDocument/codeLens', document), 'subscriber', function(lens)
    return lens.command.title
  end)
  has(ask('workspace/symbol', { query = 'order.created' }), 'order.created', function(symbol)
    return symbol.name
  end)

  cursor_at("emit({ topic: '", 'order.created')
  vim.cmd('normal! cwodrer')
  support.wait('a finding of the typo', function()
    return #support.findings() > 0
  end)
  local range = vim.lsp.util.make_range_params(0, support.client().offset_encoding)
  range.context = { diagnostics = {} }
  local actions = ask('textDocument/codeAction', range)
  local fix = vim.tbl_filter(function(action)
    return action.edit ~= nil
  end, actions)[1]
  assert(fix, 'no fix in ' .. vim.inspect(actions))
  vim.lsp.util.apply_workspace_edit(fix.edit, support.client().offset_encoding)
  support.wait('the end of the finding', function()
    return #support.findings() == 0
  end)
  vim.cmd('silent edit!')

  open('steps/create-order.step.ts')
  cursor_at("emit({ topic: '", 'order.created')
  local hover = ask('textDocument/hover', here_params()).contents
  assert(vim.inspect(hover):find('ProcessPayment', 1, true), 'no subscriber in ' .. vim.inspect(hover))
  for method, place in pairs({
    definition = 'process-payment.step.js',
    implementation = 'process-payment.step.js',
    declaration = 'create-order.step.ts',
    typeDefinition = 'process-payment.step.js',
  }) do
    local found = vim.inspect(ask('textDocument/' .. method, here_params()))
    assert(found:find(place, 1, true), 'no ' .. place .. ' in the ' .. method .. ': ' .. found)
  end
  has(ask('textDocument/documentSymbol', document), 'CreateOrder', function(symbol)
    return symbol.name
  end)
  assert(#ask('textDocument/foldingRange', document) > 0, 'nothing folds')
  local whole = { textDocument = document.textDocument }
  whole.range = { start = { line = 0, character = 0 }, ['end'] = { line = vim.fn.line('$'), character = 0 } }
  has(ask('textDocument/inlayHint', whole), 'subscriber', function(hint)
    return hint.label
  end)
  local command = { command = 'banister.showFlowGraph', arguments = { { format = 'mermaid' } } }
  local graph = ask('workspace/executeCommand', command)
  assert(graph:find('CreateOrder', 1, true), 'no step in ' .. graph)

  open('tests/orders.flow.yaml')
  has(ask('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params() }), 'flow test', function(lens)
    return lens.command.title:lower()
  end)
  support.equal(vim.bo.filetype, 'yaml', 'the language of a flow test')
  cursor_at('', 'order.created')
  params = here_params()
  params.context = { includeDeclaration = true }
  has(ask('textDocument/references', params), 'process-payment.step.js', uri)
end)
