## A weak algorithm is named when the line that brings it is typed, and not again.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# crypto ipsec ikev1 transform-set T esp-des esp-md5-hmac
[full] WARNING: esp-des is weak, use esp-aes or better where the clients can
[full] WARNING: esp-md5-hmac is weak, use esp-sha-hmac or better where the clients can
ciscoasa(config)# crypto ipsec ikev1 transform-set T mode transport
ciscoasa(config)# crypto ikev1 policy 5
[full] WARNING: crypto ikev1 policy 5: Diffie-Hellman group 2 is weak, use group 5 or stronger
ciscoasa(config-ikev1-policy)# group 2
ciscoasa(config-ikev1-policy)# hash md5
[full] WARNING: crypto ikev1 policy 5: MD5 is weak, use sha or stronger
ciscoasa(config-ikev1-policy)# lifetime 3600
ciscoasa(config-ikev1-policy)# group 14
ciscoasa(config-ikev1-policy)# tunnel-group DefaultRAGroup ipsec-attributes
ciscoasa(config-tunnel-ipsec)# ikev1 pre-shared-key cisco123
[full] WARNING: the pre-shared key is shorter than 20 characters and can be guessed from one recorded connection
ciscoasa(config-tunnel-ipsec)# ikev1 pre-shared-key cisco123
ciscoasa(config-tunnel-ipsec)# isakmp keepalive threshold 30
ciscoasa(config-tunnel-ipsec)# end
ciscoasa# 
