--- For `vim.lsp.enable('banister')`, Neovim 0.11 and later.

local banister = require('banister')

return {
  cmd = function(dispatchers, config)
    local root = config and config.root_dir or vim.fn.getcwd()
    -- `root_dir` has seen that there is one; the fallback makes the failure a plain one if it is gone meanwhile.
    local command = banister.command(root) or { 'banister', 'lsp' }
    return vim.lsp.rpc.start(command, dispatchers, { cwd = root })
  end,
  filetypes = banister.filetypes,
  -- A function instead of `root_markers`: outside of step projects no server starts at all.
  root_dir = function(buffer, on_dir)
    local root = banister.root(vim.api.nvim_buf_get_name(buffer))
    if not root then
      return
    end
    if not banister.command(root) then
      return banister.warn_missing()
    end
    on_dir(root)
  end,
}
