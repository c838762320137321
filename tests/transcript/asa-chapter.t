## Every console text of the chapter L2TP over IPsec, as it stands there and in its order, in modes as it shows them. Not from
## the chapter: exit, where its next example begins in global configuration, the server groups that it names, and INFO lines.
Type help or '?' for a list of available commands.
ciscoasa> enable
Password: <<
ciscoasa# configure terminal
ciscoasa(config)# hostname hostname
hostname(config)# interface GigabitEthernet0/0
hostname(config-if)# nameif outside
INFO: Security level for "outside" set to 0 by default.
hostname(config-if)# exit
hostname(config)# aaa-server sales_server protocol radius
hostname(config-aaa-server-group)# aaa-server sales_aaa_server protocol radius
hostname(config-aaa-server-group)# exit
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 esp-des esp-sha-hmac
[full] WARNING: esp-des is weak<*>
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 mode transport
hostname(config)# group-policy DfltGrpPolicy attributes
hostname(config-group-policy)# vpn-tunnel-protocol l2tp-ipsec
hostname(config-group-policy)# exit
hostname(config)# group-policy DfltGrpPolicy attributes
hostname(config-group-policy)# dns value 209.165.201.1 209.165.201.2
hostname(config-group-policy)# exit
hostname(config)# group-policy DfltGrpPolicy attributes
hostname(config-group-policy)# wins-server value 209.165.201.3 209.165.201.4
hostname(config-group-policy)# exit
hostname(config)# ip local pool sales_addresses 10.4.5.10-10.4.5.20 mask 255.255.255.0
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# address-pool sales_addresses
hostname(config-tunnel-general)# exit
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# default-group-policy DfltGrpPolicy
hostname(config-tunnel-general)# exit
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# authentication-server-group sales_server LOCAL
hostname(config-tunnel-general)# exit
hostname(config)# tunnel-group DefaultRAGroup ppp-attributes
hostname(config-ppp)# authentication ms-chap-v1
hostname(config-ppp)# exit
hostname(config)# tunnel-group DefaultRAGroup ipsec-attributes
hostname(config-tunnel-ipsec)# ikev1 pre-shared-key cisco123
[full] WARNING: <*>
hostname(config-tunnel-ipsec)# exit
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# accounting-server-group sales_aaa_server
hostname(config-tunnel-general)# exit
hostname(config)# l2tp tunnel hello 100
hostname(config)# crypto dynamic-map dyno 10 set ikev1 transform-set my-transform-set-ikev1
hostname(config)# crypto map vpn 20 ipsec-isakmp dynamic dyno
hostname(config)# crypto map vpn interface outside
hostname(config)# crypto ikev1 enable
INFO: IKEv1 is enabled on interface outside
hostname(config)# crypto isakmp nat-traversal 1500
hostname(config)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# strip-group
hostname(config-tunnel-general)# strip-realm
hostname(config-tunnel-general)# exit
hostname(config)# hostname asa2
asa2(config)# username jdoe password j!doe1 mschap
asa2(config)# hostname hostname
hostname(config)# crypto ikev1 policy 5
[full] WARNING: crypto ikev1 policy 5: <*>
hostname(config-ikev1-policy)# 
hostname(config-ikev1-policy)# exit
hostname(config)# show run crypto ikev1
crypto ikev1 enable outside
crypto ikev1 policy 5
 authentication pre-share
 encryption 3des
 hash sha
 group 2
 lifetime 86400
hostname(config)# crypto ikev1 policy 10
[full] WARNING: crypto ikev1 policy 10: <*>
hostname(config-ikev1-policy)# authentication pre-share
hostname(config-ikev1-policy)# hash sha
hostname(config-ikev1-policy)# group 5
hostname(config-ikev1-policy)# lifetime 86400
hostname(config-ikev1-policy)# end
hostname# 
