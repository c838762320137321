## Each command of the customer's procedure with its own examples, in both spellings where there are two.
Type help or '?' for a list of available commands.
ciscoasa> enable
Password: <<
ciscoasa# configure terminal
ciscoasa(config)# hostname hostname
hostname(config)# interface GigabitEthernet0/0
hostname(config-if)# nameif outside
INFO: Security level for "outside" set to 0 by default.
hostname(config-if)# ip address 203.0.113.1 255.255.255.0
hostname(config-if)# crypto ipsec transform-set old esp-3des esp-sha-hmac
hostname(config)# crypto ipsec transform-set old mode transport
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 esp-aes esp-sha-hmac
hostname(config)# crypto ipsec ikev1 transform-set my-transform-set-ikev1 mode transport
hostname(config)# show running-config crypto ipsec
crypto ipsec ikev1 transform-set old esp-3des esp-sha-hmac
crypto ipsec ikev1 transform-set old mode transport
crypto ipsec ikev1 transform-set my-transform-set-ikev1 esp-aes esp-sha-hmac
crypto ipsec ikev1 transform-set my-transform-set-ikev1 mode transport
crypto ipsec security-association pmtu-aging infinite
hostname(config)# group-policy DfltGrpPolicy attributes
hostname(config-group-policy)# vpn-tunnel-protocol l2tp-ipsec
hostname(config-group-policy)# dns value 209.165.201.1 209.165.201.2
hostname(config-group-policy)# wins-server value 209.165.201.3 209.165.201.4
hostname(config-group-policy)# show running-config group-policy
group-policy DfltGrpPolicy attributes
 wins-server value 209.165.201.3 209.165.201.4
 dns-server value 209.165.201.1 209.165.201.2
 vpn-tunnel-protocol l2tp-ipsec
hostname(config-group-policy)# dns value none
hostname(config-group-policy)# wins-server none
hostname(config-group-policy)# dns-server value 209.165.201.1
hostname(config-group-policy)# dns-server none
hostname(config-group-policy)# show running-config group-policy
group-policy DfltGrpPolicy attributes
 vpn-tunnel-protocol l2tp-ipsec
hostname(config-group-policy)# ip local pool sales_addresses 10.4.5.10-10.4.5.20 mask 255.255.255.0
hostname(config)# aaa-server sales_server protocol radius
hostname(config-aaa-server-group)# tunnel-group DefaultRAGroup general-attributes
hostname(config-tunnel-general)# address-pool sales_addresses
hostname(config-tunnel-general)# default-group-policy DfltGrpPolicy
hostname(config-tunnel-general)# authentication-server-group sales_server LOCAL
hostname(config-tunnel-general)# authentication-server-group sales_server local
hostname(config-tunnel-general)# accounting-server-group sales_aaa_server
hostname(config-tunnel-general)# strip-group
hostname(config-tunnel-general)# strip-realm
hostname(config-tunnel-general)# show running-config tunnel-group
tunnel-group DefaultRAGroup general-attributes
 address-pool sales_addresses
 authentication-server-group sales_server LOCAL
 accounting-server-group sales_aaa_server
 strip-realm
 strip-group
hostname(config-tunnel-general)# tunnel-group DefaultRAGroup ppp-attributes
hostname(config-ppp)# authentication pap
hostname(config-ppp)# authentication ms-chap-v1
hostname(config-ppp)# authentication ms-chap-v2
hostname(config-ppp)# authentication eap-proxy
hostname(config-ppp)# no authentication chap
hostname(config-ppp)# no authentication eap-proxy
hostname(config-ppp)# show running-config tunnel-group | begin ppp
tunnel-group DefaultRAGroup ppp-attributes
 authentication pap
 no authentication chap
 authentication ms-chap-v2
hostname(config-ppp)# tunnel-group DefaultRAGroup ipsec-attributes
hostname(config-tunnel-ipsec)# ikev1 pre-shared-key a-key-that-is-long-enough
hostname(config-tunnel-ipsec)# pre-shared-key *
WARNING: Pre-shared key is hidden in this text (*), it is not a value: the one in force is kept
hostname(config-tunnel-ipsec)# pre-shared-key another-key-that-is-long-enough
hostname(config-tunnel-ipsec)# show running-config tunnel-group | begin ipsec
tunnel-group DefaultRAGroup ipsec-attributes
 ikev1 pre-shared-key *****
tunnel-group DefaultRAGroup ppp-attributes
 authentication pap
 no authentication chap
 authentication ms-chap-v2
hostname(config-tunnel-ipsec)# more system:running-config | include pre-shared-key
 ikev1 pre-shared-key another-key-that-is-long-enough
hostname(config-tunnel-ipsec)# l2tp tunnel hello 100
hostname(config)# crypto dynamic-map dyno 10 set ikev1 transform-set my-transform-set-ikev1
hostname(config)# crypto dynamic-map dyno 10 set transform-set old
hostname(config)# crypto map vpn 20 ipsec-isakmp dynamic dyno
hostname(config)# crypto map vpn interface outside
hostname(config)# crypto ikev1 enable
INFO: IKEv1 is enabled on interface outside
hostname(config)# crypto isakmp enable
INFO: IKEv1 is already enabled on interface outside
hostname(config)# crypto isakmp enable outside
hostname(config)# crypto isakmp nat-traversal 1500
hostname(config)# crypto isakmp nat-traversal 3601
                                              ^
ERROR: % Invalid input detected at '^' marker.
hostname(config)# show running-config crypto isakmp
crypto isakmp nat-traversal 1500
hostname(config)# no crypto isakmp nat-traversal
hostname(config)# show running-config crypto isakmp
no crypto isakmp nat-traversal
hostname(config)# crypto isakmp nat-traversal
hostname(config)# show running-config crypto isakmp
hostname(config)# username jdoe password j!doe1 mschap
hostname(config)# show running-config username
username jdoe password <*>
hostname(config)# crypto isakmp policy 5
[full] WARNING: crypto ikev1 policy 5: <*>
hostname(config-ikev1-policy)# group 5
hostname(config-ikev1-policy)# show running-config crypto map
crypto map vpn 20 ipsec-isakmp dynamic dyno
crypto map vpn interface outside
hostname(config-ikev1-policy)# show running-config crypto dynamic-map
crypto dynamic-map dyno 10 set ikev1 transform-set my-transform-set-ikev1 old
hostname(config-ikev1-policy)# end
hostname# 
