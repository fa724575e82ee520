/**
 * Common words of English, with words that disguises are made of: what a word of other letters has to look like to be
 * told from a word of its own language. The commonest 1,000 of the documentation of many packages, and those below.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `ability able about above absolute accept accepts access account across action actions add added adding addition
additional adds admin advanced after again against algorithm algorithms alias align all allow allowed allows
already also alt alternative always am amazon an and another any anything apis app apple application
applications applies apply approach appropriate arbitrary are argument arguments arising around array arrays as
assistant associated async asynchronous at attached author authors auto available avoid back backwards badge
bank base based basic be because become been before behavior being below benchmark benchmarks benign best better
between binary bit bitcoin block boolean both branch breaking browser browsers buffer bug bugs build building
builds built bundle but by bypass byte bytes cache cached caching call callback called calling calls can cannot
case cases cause caused center certain change changed changelog changes character characters charge check
checked checking checks child claim class classes clear cli click clone code codecov color colors comes command
commands comment comments commit common commonjs community companies compare comparison compatible compile
compiled complete completely compliant comply components conditions conduct config configure configured
connection consider considered consistent constructor contain containing contains content contents context
continue contract contribute contributing contribution contributor contributors control convenient conversion
convert converting cookie copies copy copyright core correct correctly could count coverage create created
creates creating current currently custom damages data date deal dealings debug debugging default defaults
define defined definition definitions deno dependencies dependency depending deprecated deps described
description designed details detect detection determine dev developer development difference different direct
directly directories directory disable disabled discord disregard distribute distribution div do docs documented
does doesn don done double down download downloads drop due duplicate during dynamic each earlier easier easily
easy ecmascript ecosystem edit efficient either element elements else emit emits empty enable enabled enables
end enforce engines enough ensure entries entry environment environments equal equivalent error errors escape
escaped escaping eslint estree etc even event events every everything exact exactly example examples except
execute executed execution exist existing exists expected explicit explicitly export exported exports exposed
exposes express expression expressions extend extended extension extensions external extra failure fallback
false fast faster feature features few field fields file filename files final find first fitness fix fixed fixes
flag flags folder follow followed following follows for forget form format formats formatting forms found free
friendly from full fully function functions furnished future generate generated generates generation generator
generic get gets getting give given giving glob global globally go goal google granted great group guide
guidelines handle handled handler handlers handling hard has hash have he height help helper helps here hereby
hi high higher holders hook hooks host how however href identifier if ignore ignored image img immediately
implement implemented implements implied import important imports improve improvements in include included
includes including index info information initial input inputs inside install installation installed instance
instances instead instruction instructions intended interface internal internally into invalid invoice invoked
is isn issue issues it item items its itself jared javascript just keep key keys keyword kind known language
large last later latest leading learn least left legacy length less let lets level liability liable libraries
library license licensed licensing lightweight like likely limit limitation limited line list literal literals
load loaded loads local location log logging login logo long longer look looks low made main maintained
maintainers maintenance major make makes making manually many map mapping maps mark match matched matches
matching max maximum may me means media memory merge message messages meta metadata method methods microsoft
might migrate minimal minimum missing mode model modern modify module modules monitor more most much multi
multiple must my name named names native necessary need needed needs negative nested never new next no nodejs
nodes non none normal normalize not notable note notes nothing notice now null number numbers numeric obey
object objects obtaining occurs of off ok old older on once one only open operation operations opt option
optional optionally options or order original other others otherwise our out output outside over overhead
overridden override own package packages page parameter parameters parent parse parsed parser parses parsing
part particular pass passed passes passing password passwords path paths pattern patterns payment paypal peace
people per perform performance performs permission permit person persons place plain please plugin plugins png
point policy popular port portions position possible postgres pre prefer preferred prefix present prettier
prevent previous primary prior process processing produce production program project projects promise prompt
properties property provide provided provides public publish published pull pure purpose purposes query quick
range ranges rather raw react read reading readme reason receive receives recommended reference references
regardless regex regexp register regular related relative release released releases remove removed removes
replace replaced replacement repo report repository representing request requests require required requires
resolution resolve resolved resolves resources response restriction result resulting results return returned
returning returns reveal right rights root rule rules run running runs runtime safe same save scope script
scripts search searching second secret section secure security see select sell semantic separate separated
sequence server services set sets setting several shall shared short should show shows side similar simple
simply since single site size skip skipped small smaller so software some something source space spaces spec
special specific specified specify speed sponsor sponsors stable standalone standard standards start started
starting starts state statements static status step steps still stop storage store stored strict string
stringify strings structure style sub subject sublicense subscription substantial such summary sup support
supported supports sure svg sync synchronous syntax system systems table tag take takes taking target tell
template test tested testing tests text than thanks that the their them then there these they things third this
those though three through throw thrown throws tidelift time times tiny to token too tool tools top tort track
trailing treat treated tree true try turn twitter two type typed types typescript undefined under unicode unique
unit unknown unless until up update updates urls us usage use used useful user users uses using usually utility
valid validate validation value values variable variables various verify version versioning versions very via
visit visitor wallet want warning warranties warranty was way ways we web webpack welcome well were what
whatever when where whether which while whitespace who whole whom whose why width will windows with within
without won word work workflow working works would wrap wrapped write writing written wrong yet you your
yourself zero`.split(/\s/),
);
