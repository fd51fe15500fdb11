--- Starts `banister lsp` in step projects. Works from Neovim 0.7 on; from 0.11 on `lsp/banister.lua` uses the same
--- functions through `vim.lsp.enable`.

local M = {}

local uv = vim.uv or vim.loop

--- Steps, and the flow tests that are written in YAML.
M.filetypes = { 'typescript', 'javascript', 'python', 'ruby', 'yaml' }

--- Marks of a project's root, the surest first: a weaker one counts only where no stronger one is found.
M.root_markers = { 'banister.toml', 'package.json', 'steps', '.git' }

--- Folders that hold no steps but may hold very many files.
local SKIPPED = { node_modules = true, dist = true, build = true, venv = true, __pycache__ = true }

--- A search for steps looks at no more entries than this, so that a large repository never stalls the editor.
local MAX_ENTRIES = 5000

local EXTENSIONS = { ts = true, mts = true, cts = true, js = true, mjs = true, cjs = true, py = true, rb = true }

--- Running clients by root, for versions without `vim.lsp.start`.
local clients = {}

--- Roots that are known to hold steps. One that holds none is looked at again: the first step may come any time.
local step_projects = {}

local warned = false

local function exists(path)
  return uv.fs_stat(path) ~= nil
end

local function parent(path)
  local up = vim.fn.fnamemodify(path, ':h')
  return up ~= path and up or nil
end

--- The nearest folder at or above `path` for which `holds` is true.
local function ancestor(path, holds)
  local folder = path
  while folder do
    if holds(folder) then
      return folder
    end
    folder = parent(folder)
  end
end

local function is_step_name(name)
  local stem, extension = name:match('^(.+)%.(%w+)$')
  if not stem or not EXTENSIONS[extension] then
    return false
  end
  return stem:sub(-5) == '.step' or stem:sub(-5) == '_step'
end

--- True if a step file lies under one of `folders`: looked for level by level, because steps lie near the top.
local function holds_steps(folders)
  local seen = 0
  local level = folders
  while #level > 0 do
    local below = {}
    for _, folder in ipairs(level) do
      local entries = uv.fs_scandir(folder)
      while entries do
        local name, kind = uv.fs_scandir_next(entries)
        if not name or seen >= MAX_ENTRIES then
          break
        end
        seen = seen + 1
        if kind == 'file' and is_step_name(name) then
          return true
        elseif kind == 'directory' and not SKIPPED[name] and name:sub(1, 1) ~= '.' then
          table.insert(below, folder .. '/' .. name)
        end
      end
    end
    level = below
  end
  return false
end

--- True if the framework would find steps in this folder.
function M.is_step_project(root)
  if not step_projects[root] then
    step_projects[root] = holds_steps({ root .. '/steps', root .. '/src' })
  end
  return step_projects[root]
end

--- The root of the step project around a file, or nil outside of one.
function M.root(file)
  if file == '' or file:match('^%w[%w+.-]+://') then
    return nil
  end
  local folder = vim.fn.fnamemodify(file, ':p:h')
  for _, marker in ipairs(M.root_markers) do
    local root = ancestor(folder, function(candidate)
      return exists(candidate .. '/' .. marker)
    end)
    if root and M.is_step_project(root) then
      return root
    end
  end
end

--- The command that starts the server for a root: the setting, the project's own package, or the one on the PATH.
--- Nil if there is none.
function M.command(root)
  local set = vim.g.banister_cmd
  if type(set) == 'table' then
    return set
  elseif type(set) == 'string' and set ~= '' then
    return { vim.fn.expand(set), 'lsp' }
  end
  local packaged = '/node_modules/.bin/banister'
  local home = ancestor(root, function(folder)
    return vim.fn.executable(folder .. packaged) == 1
  end)
  if home then
    return { home .. packaged, 'lsp' }
  elseif vim.fn.executable('banister') == 1 then
    return { 'banister', 'lsp' }
  end
end

--- Says once that the server is missing.
function M.warn_missing()
  if warned then
    return
  end
  warned = true
  vim.notify(
    'banister: no server found. Install it on the PATH or in the project, or set vim.g.banister_cmd (:help banister)',
    vim.log.levels.WARN
  )
end

local function on_attach(_, buffer)
  -- Later versions do this on their own.
  if vim.bo[buffer].omnifunc == '' then
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
  end
end

local function start_client(config)
  local root = config.root_dir
  if not clients[root] then
    config.on_exit = function()
      clients[root] = nil
    end
    clients[root] = vim.lsp.start_client(config)
  end
  return clients[root]
end

--- Attaches the server to a buffer of a step project. Does nothing elsewhere.
function M.attach(buffer)
  local root = M.root(vim.api.nvim_buf_get_name(buffer))
  if not root then
    return
  end
  local command = M.command(root)
  if not command then
    return M.warn_missing()
  end
  local config = { name = 'banister', cmd = command, root_dir = root, on_attach = on_attach }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local client = start_client(config)
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

return M
