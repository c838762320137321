## The prompt says what `prompt` names. Recollection: what an appliance without a second unit says for priority and state.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# show running-config prompt
prompt hostname context
ciscoasa(config)# domain-name example.com
ciscoasa(config)# prompt hostname domain
ciscoasa/example.com(config)# prompt hostname priority state
ciscoasa/pri/actNoFailover(config)# show pager 1
                                               ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa/pri/actNoFailover(config)# show running-config prompt
prompt hostname priority state
ciscoasa/pri/actNoFailover(config)# no prompt
ciscoasa(config)# prompt ?

configure mode commands/options:
  context   Display the context in the session prompt
  domain    Display the domain in the session prompt
  hostname  Display the hostname in the session prompt
  priority  Display the priority in the session prompt
  state     Display the traffic passing state in the session prompt

ciscoasa(config)# prompt hostname
ciscoasa(config)# who
0: console
ciscoasa(config)# kill 0
ERROR: % This is your own session, use logout
ciscoasa(config)# kill 7
ERROR: % Session 7 does not exist
ciscoasa(config)# ssh disconnect 7
ERROR: % Session 7 does not exist
ciscoasa(config)# show ssh sessions

SID Client IP       Version Mode Encryption Hmac     State            Username
ciscoasa(config)# end
ciscoasa# 
