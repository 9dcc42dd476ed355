# Scores the candidate $1 by a formula of its params, where you would train it and print its accuracy. LCC_WORK is set if lcc-fit
# has --work.
width=$(sed -n 's/^param width = //p' "$1")
depth=$(sed -n 's/^param depth = //p' "$1")
sleep 0.2
echo "$width $depth" | awk '{ print "accuracy", 0.9 - 0.1 / $1 - 0.1 / $2 }'
