## The pager and the filters over a real configuration.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# pager lines 4
ciscoasa(config)# crypto ikev1 policy 10
[full] WARNING: crypto ikev1 policy 10: <*>
ciscoasa(config-ikev1-policy)# show running-config crypto ikev1
crypto ikev1 policy 10
 authentication pre-share
 encryption 3des
 hash sha
<--- More --->:ENTER
 group 2
<--- More --->:SPACE
 lifetime 86400
ciscoasa(config-ikev1-policy)# show running-config crypto ikev1
crypto ikev1 policy 10
 authentication pre-share
 encryption 3des
 hash sha
<--- More --->:Q
ciscoasa(config-ikev1-policy)# show run crypto ikev1 | exclude a
crypto ikev1 policy 10
 encryption 3des
 group 2
 lifetime 86400
ciscoasa(config-ikev1-policy)# show run crypto ikev1 | begin group
 group 2
 lifetime 86400
ciscoasa(config-ikev1-policy)# show run crypto ikev1 | grep -v ^ 
crypto ikev1 policy 10
ciscoasa(config-ikev1-policy)# terminal pager 0
ciscoasa(config-ikev1-policy)# show run crypto ikev1
crypto ikev1 policy 10
 authentication pre-share
 encryption 3des
 hash sha
 group 2
 lifetime 86400
ciscoasa(config-ikev1-policy)# end
ciscoasa# show terminal

Width = 80, no monitor
terminal interactive
ciscoasa# disable
ciscoasa> logout

Logoff

