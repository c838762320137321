## PIX 6: the configuration of an example for L2TP over IPsec typed at the console (the document the product follows for
## it), shown in the modern form and in its own. The order of the output, what is always printed, and the words of the
## refusals are those of pix63; the block behind "Usage:" and its indentation are recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# PIX Version 6.3(3)
ciscoasa(config)# nameif ethernet0 outside security0
INFO: converting 'nameif' and 'interface' lines to interface blocks
ciscoasa(config)# ip address outside 171.68.9.57 255.255.255.0
ciscoasa(config)# isakmp policy 20 hash md5
[full] WARNING: crypto ikev1 policy 20: DES is weak, use aes or stronger
[full] WARNING: crypto ikev1 policy 20: MD5 is weak, use sha or stronger
[full] WARNING: crypto ikev1 policy 20: Diffie-Hellman group 1 is weak, use group 5 or stronger
ciscoasa(config)# isakmp policy 20 lifetime 3600
ciscoasa(config)# : end
ciscoasa(config)# show running-config interface
!
interface Ethernet0
 nameif outside
 security-level 0
 ip address 171.68.9.57 255.255.255.0 
!
ciscoasa(config)# show running-config crypto isakmp
no crypto isakmp nat-traversal
ciscoasa(config)# show running-config crypto ikev1
crypto ikev1 policy 20
 authentication rsa-sig
 encryption des
 hash md5
 group 1
 lifetime 3600
ciscoasa(config)# terminal dialect pix-6
ciscoasa(config)# show running-config isakmp
isakmp policy 20 authentication rsa-sig
isakmp policy 20 encryption des
isakmp policy 20 hash md5
isakmp policy 20 group 1
isakmp policy 20 lifetime 3600
ciscoasa(config)# show running-config ip
ip address outside 171.68.9.57 255.255.255.0
ciscoasa(config)# xyzzy
Type help or '?' for a list of available commands.
ciscoasa(config)# fixup
Not enough arguments.
Usage:  fixup protocol <rule>
ciscoasa(config)# terminal dialect asa-8.0
ciscoasa(config)# show running-config crypto isakmp policy
crypto isakmp policy 20
 authentication rsa-sig
 encryption des
 hash md5
 group 1
 lifetime 3600
ciscoasa(config)# terminal dialect asa-8.4
ciscoasa(config)# xyzzy
                   ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# end
ciscoasa# 
