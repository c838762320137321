## `| json` (extension): the data of a show as a document.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show pager | json
{
  "pager_lines": 24
}
ciscoasa# show pager | j
{
  "pager_lines": 24
}
ciscoasa# show pager | json x
                            ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# show pager | json ?

  <cr>

ciscoasa# show pager | json 
{
  "pager_lines": 24
}
ciscoasa# show terminal | json
{
  "width": <*>,
  "monitor": false,
  "interactive": <*>
}
ciscoasa# show history | json
{
  "lines": [
    "  en",
    "  show pager | json",
    "  show pager | j",
    "  show pager | json x",
    "  show pager | json",
    "  show terminal | json",
    "  show history | json"
  ]
}
ciscoasa# 
