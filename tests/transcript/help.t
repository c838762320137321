## Help and completion in every kind of place.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# terminal ?

  dialect  Show in the forms of a release (extension)
  monitor  Show syslog messages on this session
  no       Turn off a terminal parameter
  pager    Control page length for pagination of this session
  width    <*>

ciscoasa# terminal pa?
  pager
ciscoasa# terminal pa<TAB>
ciscoasa# terminal pager 30
ciscoasa# show history | ?

  append    Append output to a file
  begin     Begin with the line that matches
  count     Count the lines, or those that match
  exclude   Exclude lines that match
  grep      Include/exclude lines that match
  include   Include lines that match
  json      Show the same data as a JSON document (extension)
  redirect  Redirect output to a file

ciscoasa# show history | include pager
  terminal pager 30
  show history | include pager
ciscoasa# xyzzy ?
ERROR: % Unrecognized command
ciscoasa# xyzzy 1
          ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# conf t
ciscoasa(config)# crypto ikev1 policy ?

configure mode commands/options:
  <1-65535>  <*>

ciscoasa(config)# crypto ikev1 policy 10
[full] WARNING: <*>
ciscoasa(config-ikev1-policy)# encryption ?

ikev1-policy mode commands/options:
  3des     <*>
  aes      <*>
  aes-192  <*>
  aes-256  <*>
  des      <*>

ciscoasa(config-ikev1-policy)# encryption 3<TAB>
ciscoasa(config-ikev1-policy)# encryption 3des
ciscoasa(config-ikev1-policy)# 
