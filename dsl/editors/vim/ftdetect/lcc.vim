" Files of the lcc network language.
autocmd BufNewFile,BufRead *.net setfiletype lcc
