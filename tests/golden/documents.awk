# SPDX-License-Identifier: MIT
# Lines for tests/format/make_index.c: 700 documents with every kind of field, in four commits, some put again, some
# deleted, the last commit not durable. Numbers by Lehmer's generator (modulus 2^31 - 1, multiplier 16807): exact in
# any awk.
function next_number(below) {
  seed = (seed * 16807) % 2147483647
  return seed % below
}
function word(  n) {
  n = next_number(40)
  return words[n < 24 ? n % 8 + 1 : n - 23 + 8]
}
function sentence(count,  text, i) {
  text = word()
  for (i = 1; i < count; i++) text = text " " word()
  return text
}
function put(i) {
  printf "put\t%d\ttitle\t%s\ttext\tdaily %s", i, sentence(2), sentence(4 + next_number(5))
  if (i % 3 == 0) printf "\tsummary\t%s", sentence(2)
  if (i % 4 == 0) printf "\tnotes\t%s", sentence(3)
  if (i % 5 == 0) printf "\texact\t%s", sentence(2)
  if (i % 6 == 0) printf "\taside\t%s", sentence(2)
  if (i % 2 == 0) printf "\ttag\t%s", (i % 7 == 0 ? "Guinea-Bissau" : "tag " i % 5)
  if (i % 10 == 0) printf "\ttag\tsecond\tpath\t/a/%d", i
  printf "\tyear\t%d", 1990 + next_number(30)
  if (i % 3 == 1) printf "\tprice\t%.2f", next_number(10000) / 100
  if (i % 8 == 0) printf "\tdate\t%.0f", 1500000000000 + next_number(1000000) * 86400
  if (i % 5 < 3) printf "\topen\t%d", i % 2
  if (i % 9 == 0) printf "\tblob\tbytes %d", i
  print ""
}
BEGIN {
  seed = 20261123
  split("health report country trade water school river minister " \
        "agreement cooperating officials China-ASEAN COVID-19 U.S. election happily résumé naïve Zürich economy " \
        "health’s reporting rivers 270,000,000", words, " ")
  for (i = 0; i < 640; i++) {
    put(i)
    if (i == 559 || i % 40 == 39 && i > 559) print "commit\tbatch " i
  }
  for (i = 0; i < 640; i += 37) print "delete\t" i
  for (i = 5; i < 640; i += 53) put(i)
  print "commit\tchanged"
  for (i = 640; i < 700; i++) put(i)
  print "loose\tlast"
}
