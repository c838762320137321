## Words of the crypto family that may stand without it (the top-level list of the appliance has them).
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# ipsec ikev1 transform-set t esp-aes esp-sha-hmac
ciscoasa(config)# ipsec ikev1 transform-set t mode transport
ciscoasa(config)# dynamic-map d 10 set ikev1 transform-set t
ciscoasa(config)# map m 20 ?

configure mode commands/options:
  ipsec-isakmp  IPSec w/ISAKMP
  match         Match address of packets to encrypt
  set           Specify crypto map settings

ciscoasa(config)# map m 20 ipsec-isakmp dynamic d
ciscoasa(config)# show running-config crypto map
crypto map m 20 ipsec-isakmp dynamic d
ciscoasa(config)# no map m 20
ciscoasa(config)# show running-config crypto map
ciscoasa(config)# 
