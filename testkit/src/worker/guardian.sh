# Ends what the harness leaves behind however it ends: standard input is closed with the harness, by whatever end.
groups=
while read -r order group; do
  case $order in
    watch) groups="$groups $group" ;;
    forget)
      kept=
      for one in $groups; do
        [ "$one" = "$group" ] || kept="$kept $one"
      done
      groups=$kept
      ;;
  esac
done
for group in $groups; do
  kill -9 "-$group" 2>/dev/null
done
rm -rf "$1"
