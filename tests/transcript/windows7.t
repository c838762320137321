## The customer's procedure, step by step, then the task for Windows 7.
Type help or '?' for a list of available commands.
ciscoasa> enable
Password: <<
ciscoasa# configure terminal
ciscoasa(config)# hostname hostname
hostname(config)# interface GigabitEthernet0/0
hostname(config-if)# nameif outside
INFO: Security level for "outside" set to 0 by default.
hostname(config-if)# exit
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 esp-des esp-sha-hmac
[full] WARNING: esp-des is weak<*>
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 mode transport
hostname(config)# group-policy DfltGrpPolicy attributes
hostname(config-group-policy)# vpn-tunnel-protocol l2tp-ipsec
hostname(config-group-policy)# dns value 209.165.201.1 209.165.201.2
hostname(config-group-policy)# wins-server value 209.165.201.3 209.165.201.4
hostname(config-group-policy)# ip local pool sales_addresses 10.4.5.10-10.4.5.20 mask 255.255.255.0
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# address-pool sales_addresses
hostname(config-tunnel-general)# default-group-policy DfltGrpPolicy
hostname(config-tunnel-general)# tunnel-group DefaultRAGroup ppp-attributes
hostname(config-ppp)# authentication ms-chap-v1
hostname(config-ppp)# tunnel-group DefaultRAGroup ipsec-attributes
hostname(config-tunnel-ipsec)# ikev1 pre-shared-key cisco123
[full] WARNING: <*>
hostname(config-tunnel-ipsec)# l2tp tunnel hello 100
hostname(config)# crypto isakmp nat-traversal 1500
hostname(config)# crypto isakmp nat-traversal 9
                                              ^
ERROR: % Invalid input detected at '^' marker.
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# strip-group
hostname(config-tunnel-general)# strip-realm
hostname(config-tunnel-general)# crypto ikev1 policy 5
[full] WARNING: crypto ikev1 policy 5: <*>
hostname(config-ikev1-policy)# show run crypto ikev1
crypto ikev1 policy 5
 authentication pre-share
 encryption 3des
 hash sha
 group 2
 lifetime 86400
hostname(config-ikev1-policy)# authentication pre-share
hostname(config-ikev1-policy)# encryption aes-256
hostname(config-ikev1-policy)# hash sha
hostname(config-ikev1-policy)# group 5
hostname(config-ikev1-policy)# lifetime 86400
hostname(config-ikev1-policy)# show run crypto ikev1 | include enc|group
 encryption aes-256
 group 5
hostname(config-ikev1-policy)# show running-config tunnel-group
tunnel-group DefaultRAGroup general-attributes
 address-pool sales_addresses
 strip-realm
 strip-group
tunnel-group DefaultRAGroup ipsec-attributes
 ikev1 pre-shared-key *****
hostname(config-ikev1-policy)# end
hostname# 
