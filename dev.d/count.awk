# Counts what test programs say: "PASSED FAILED". A meson test with subtests counts as many as it has.
/^Summary of Failures/ { again = 1 } # meson says them a second time
/^Ok: / { again = 0 }
!again && /^ *[0-9]+\/[0-9]+ / && / (OK|EXPECTEDFAIL|FAIL|ERROR|TIMEOUT|UNEXPECTEDPASS|INTERRUPT) / {
  good = / (OK|EXPECTEDFAIL) /
  if (match($0, /[0-9]+(\/[0-9]+)? subtests passed/)) {
    split(substr($0, RSTART, RLENGTH), words, " ")
    n = split(words[1], parts, "/")
    p += parts[1]
    f += n > 1 ? parts[2] - parts[1] : 0
    if (!good && (n == 1 || parts[1] == parts[2]))
      f++ # its subtests passed, but it died
  } else if (good)
    p++
  else
    f++
}
/^gimp: [0-9]+ passed, [0-9]+ failed$/ { p += $2; f += $4 }
END { print p + 0, f + 0 }
