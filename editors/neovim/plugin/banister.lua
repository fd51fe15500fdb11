-- Starts the server by itself. `let g:banister_autostart = v:false` leaves that to you.

if vim.g.loaded_banister or vim.g.banister_autostart == false then
  return
end
vim.g.loaded_banister = true

local banister = require('banister')

if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.enable('banister')
  return
end

vim.api.nvim_create_autocmd('FileType', {
  group = vim.api.nvim_create_augroup('banister', { clear = true }),
  pattern = banister.filetypes,
  callback = function(event)
    banister.attach(event.buf)
  end,
})
