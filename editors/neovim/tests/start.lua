--- In an empty current folder: where the server starts, and which binary is taken.

local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local support = dofile(here .. '/support.lua')
local banister = require('banister')

local function write(path, mode)
  vim.fn.mkdir(vim.fn.fnamemodify(path, ':h'), 'p')
  vim.fn.writefile({ '' }, path)
  if mode then
    vim.fn.setfperm(path, mode)
  end
end

local function path(name)
  return vim.fn.getcwd() .. '/' .. name
end

support.run('projects are told from other folders', function()
  write('shop/package.json')
  write('shop/steps/orders/create.step.ts')
  write('shop/steps/orders/helper.py')
  write('web/package.json')
  write('web/src/index.ts')
  write('mono/.git/HEAD')
  write('mono/packages/ui/package.json')
  write('mono/packages/ui/src/app.ts')
  write('mono/src/jobs/clean_step.py')
  write('marked/banister.toml')
  write('marked/steps/a.step.rb')
  write('marked/sub/package.json')
  write('marked/sub/steps/b.step.js')
  local expected = {
    ['shop/steps/orders/create.step.ts'] = 'shop',
    ['shop/steps/orders/helper.py'] = 'shop',
    ['shop/steps/orders/not-yet-written.step.js'] = 'shop',
    ['web/src/index.ts'] = false,
    ['mono/src/jobs/clean_step.py'] = 'mono',
    ['mono/packages/ui/src/app.ts'] = 'mono',
    ['marked/sub/steps/b.step.js'] = 'marked',
  }
  for file, root in pairs(expected) do
    support.equal(banister.root(path(file)), root and path(root) or nil, file)
  end
  support.equal(banister.root(''), nil, 'a buffer without a name')
  support.equal(banister.root('fugitive:///a/steps/b.step.ts'), nil, 'a buffer that is no file')

  write('web/steps/first.step.ts')
  support.equal(banister.root(path('web/src/index.ts')), path('web'), 'a project after its first step')

  vim.env.PATH = path('bin')
  support.equal(banister.command(path('shop')), nil, 'no binary at all')
  write('bin/banister', 'rwxr-xr-x')
  support.equal(banister.command(path('shop')), { 'banister', 'lsp' }, 'the PATH')
  write('mono/node_modules/.bin/banister', 'rwxr-xr-x')
  local packaged = { path('mono/node_modules/.bin/banister'), 'lsp' }
  support.equal(banister.command(path('mono/packages/ui')), packaged, 'a package of a folder above')
  vim.g.banister_cmd = '/opt/banister'
  support.equal(banister.command(path('mono')), { '/opt/banister', 'lsp' }, 'a path in the setting')
  vim.g.banister_cmd = { 'env', 'A=1', 'banister', 'lsp' }
  support.equal(banister.command(path('mono')), { 'env', 'A=1', 'banister', 'lsp' }, 'a command in the setting')

  local config = dofile(vim.fn.fnamemodify(here, ':h') .. '/lsp/banister.lua')
  support.equal(config.filetypes, { 'typescript', 'javascript', 'python', 'ruby', 'yaml' }, 'filetypes')
  local roots = {}
  local function take(root)
    table.insert(roots, root)
  end
  vim.cmd('noautocmd edit shop/steps/orders/create.step.ts')
  config.root_dir(vim.api.nvim_get_current_buf(), take)
  vim.fn.delete('web/steps', 'rf')
  write('plain/package.json')
  write('plain/src/index.ts')
  vim.cmd('noautocmd edit plain/src/index.ts')
  config.root_dir(vim.api.nvim_get_current_buf(), take)
  support.equal(roots, { path('shop') }, 'roots for vim.lsp.enable')
  if vim.fn.has('nvim-0.11') == 1 then
    support.equal(vim.lsp.is_enabled('banister'), true, 'the server is enabled')
  end
end)
