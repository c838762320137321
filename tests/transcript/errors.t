## What is refused, and with which words.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show cond
                  ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# terminal pager
ERROR: % Incomplete command
ciscoasa# terminal length 0
                   ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# conf t
ciscoasa(config)# crypto ikev1 policy 0
                                      ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# : a comment
ciscoasa(config)# ! another
ciscoasa(config)# no such thing
                      ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# show history | bogus x
                                  ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# end
ciscoasa# 
