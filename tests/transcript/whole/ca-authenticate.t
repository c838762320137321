## Certificates pasted at a console: crypto ca authenticate, import, export; what they leave in the configuration.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# crypto ca authenticate x3
ERROR: CA trustpoint 'x3' is not known.
gw(config)# crypto ca trustpoint msca
gw(config-ca-trustpoint)# crypto ca authenticate msca
ERROR: Trustpoint 'msca' has neither enrollment terminal nor enrollment url
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# exit
gw(config)# crypto ca authenticate msca fingerprint 1234
ERROR: 1234 is not a fingerprint: it has 32, 40 or 64 hexadecimal digits
## not a certificate; not that of a CA; not accepted
gw(config)# crypto ca authenticate msca

Enter the base 64 encoded CA certificate.
End with the word "quit" on a line by itself

<<this is not it
<<quit
ERROR: Failed to parse the certificate: it is not base64
gw(config)# crypto ca authenticate msca

Enter the base 64 encoded CA certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIICWzCCAcSgAwIBAgICMAMwDQYJKoZIhvcNAQELBQAwLzELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEPMA0GA1UEAwwGU3ViIENBMB4XDTIwMDEwMTAwMDAw
<<MFoXDTQ5MTIyNDAwMDAwMFowJjELMAkGA1UEBhMCQ04xFzAVBgNVBAMMDmFzYS5x
<<eXRhbmcuY29tMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCha/c6++IbZLY4
<<UE3Wlw2YfpYgNg6GDQoqA8+PWo1luK+ZAc+hs2CJOSWsyVtwwG+mPaewvwo+zS8O
<<EqmuV8Hua6vCYny6vSzpfeTKlegHbDLffpQYBiClCK18ttkhDX2q99sV0cn65IAE
<<0ChMkED5vRUbPUvWcYaEwUesp9P8TQIDAQABo4GOMIGLMAkGA1UdEwQCMAAwDgYD
<<VR0PAQH/BAQDAgeAMBkGA1UdEQQSMBCCDmFzYS5xeXRhbmcuY29tMBMGA1UdJQQM
<<MAoGCCsGAQUFBwMBMB0GA1UdDgQWBBTIJzzCAmrywrdtIafbxJk61O56fDAfBgNV
<<HSMEGDAWgBQeJaCQaHgZk48/WnlAr8z72zt9GjANBgkqhkiG9w0BAQsFAAOBgQBJ
<<bL6jQ8OPdj6RKRLWM2c4qaUilzIM4Kjp0Ts12Pezfeu+KNjoxRIHdrL4tTSjF0xT
<<+fGYHDsRNuj8h49EpTT8o3CTI3TpyaYYK9oxhmIshEg5e/1CcVUBn4tCLDzgGlTk
<<b0Zod895/MsYxeXuJQCZQfxmZgvMI2xcxmXRGEBciQ==
<<-----END CERTIFICATE-----
<<quit
ERROR: This is not the certificate of a CA: it may not issue certificates.
gw(config)# crypto ca authenticate msca

Enter the base 64 encoded CA certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIICOjCCAaOgAwIBAgICEAEwDQYJKoZIhvcNAQELBQAwMDELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEQMA4GA1UEAwwHUm9vdCBDQTAeFw0yMDAxMDEwMDAw
<<MDBaFw00OTEyMjQwMDAwMDBaMDAxCzAJBgNVBAYTAkNOMQ8wDQYDVQQKDAZxeXRh
<<bmcxEDAOBgNVBAMMB1Jvb3QgQ0EwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
<<AMpzmJmf97boTxMEQSxfitpsTN3ZEnMz2DcCpBiN6q6MEQuQ0sCVgtHglqt8O9OP
<<SA+ZXCy/SuM32k7FacHjKiT7S3iXPFvJAa5tDlXAec1hsshOxlwqjbGxKWCXy0Wu
<<UyFlRW/lIlfnXz4bybcxPPEZrGa1CAgzDGAzVe4brB6lAgMBAAGjYzBhMB0GA1Ud
<<DgQWBBSP3qnL4EY7Ca6RSPrYariB3s2dhDAfBgNVHSMEGDAWgBSP3qnL4EY7Ca6R
<<SPrYariB3s2dhDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjANBgkq
<<hkiG9w0BAQsFAAOBgQADJDfn2rmWSbHPfsaNxinb0ZRAXX9bpFgFROzyNGGuHuI3
<<kOeHfcVwHhZgoFZePTwiAlN3PsyXmQTzgL27DWc/+GLTN2xE2h5ADZLDtxddJqKY
<<XJFjxd60agphvQTbs8TRsu5xeEYK1dztzhToFA2u0ql3/ykCBCsoG9VPcIW9TA==
<<-----END CERTIFICATE-----
<<quit

INFO: Certificate has the following attributes:
Fingerprint:     afb9347e 1edb73d5 4d6386f4 b20005de
Do you accept this certificate? [yes/no]: <<perhaps
Do you accept this certificate? [yes/no]: <<no

% Certificate is not accepted.
gw(config)# show crypto ca certificates
## another fingerprint than the one that was told
gw(config)# crypto ca authenticate msca fingerprint edffae060be93f8dcfcd633cc8ca9a1e

Enter the base 64 encoded CA certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIICOjCCAaOgAwIBAgICEAEwDQYJKoZIhvcNAQELBQAwMDELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEQMA4GA1UEAwwHUm9vdCBDQTAeFw0yMDAxMDEwMDAw
<<MDBaFw00OTEyMjQwMDAwMDBaMDAxCzAJBgNVBAYTAkNOMQ8wDQYDVQQKDAZxeXRh
<<bmcxEDAOBgNVBAMMB1Jvb3QgQ0EwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
<<AMpzmJmf97boTxMEQSxfitpsTN3ZEnMz2DcCpBiN6q6MEQuQ0sCVgtHglqt8O9OP
<<SA+ZXCy/SuM32k7FacHjKiT7S3iXPFvJAa5tDlXAec1hsshOxlwqjbGxKWCXy0Wu
<<UyFlRW/lIlfnXz4bybcxPPEZrGa1CAgzDGAzVe4brB6lAgMBAAGjYzBhMB0GA1Ud
<<DgQWBBSP3qnL4EY7Ca6RSPrYariB3s2dhDAfBgNVHSMEGDAWgBSP3qnL4EY7Ca6R
<<SPrYariB3s2dhDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjANBgkq
<<hkiG9w0BAQsFAAOBgQADJDfn2rmWSbHPfsaNxinb0ZRAXX9bpFgFROzyNGGuHuI3
<<kOeHfcVwHhZgoFZePTwiAlN3PsyXmQTzgL27DWc/+GLTN2xE2h5ADZLDtxddJqKY
<<XJFjxd60agphvQTbs8TRsu5xeEYK1dztzhToFA2u0ql3/ykCBCsoG9VPcIW9TA==
<<-----END CERTIFICATE-----
<<quit

INFO: Certificate has the following attributes:
Fingerprint:     afb9347e 1edb73d5 4d6386f4 b20005de
ERROR: Fingerprint mismatch: the certificate is not accepted.
## the usual way
gw(config)# crypto ca authenticate msca

Enter the base 64 encoded CA certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIICOjCCAaOgAwIBAgICEAEwDQYJKoZIhvcNAQELBQAwMDELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEQMA4GA1UEAwwHUm9vdCBDQTAeFw0yMDAxMDEwMDAw
<<MDBaFw00OTEyMjQwMDAwMDBaMDAxCzAJBgNVBAYTAkNOMQ8wDQYDVQQKDAZxeXRh
<<bmcxEDAOBgNVBAMMB1Jvb3QgQ0EwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
<<AMpzmJmf97boTxMEQSxfitpsTN3ZEnMz2DcCpBiN6q6MEQuQ0sCVgtHglqt8O9OP
<<SA+ZXCy/SuM32k7FacHjKiT7S3iXPFvJAa5tDlXAec1hsshOxlwqjbGxKWCXy0Wu
<<UyFlRW/lIlfnXz4bybcxPPEZrGa1CAgzDGAzVe4brB6lAgMBAAGjYzBhMB0GA1Ud
<<DgQWBBSP3qnL4EY7Ca6RSPrYariB3s2dhDAfBgNVHSMEGDAWgBSP3qnL4EY7Ca6R
<<SPrYariB3s2dhDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjANBgkq
<<hkiG9w0BAQsFAAOBgQADJDfn2rmWSbHPfsaNxinb0ZRAXX9bpFgFROzyNGGuHuI3
<<kOeHfcVwHhZgoFZePTwiAlN3PsyXmQTzgL27DWc/+GLTN2xE2h5ADZLDtxddJqKY
<<XJFjxd60agphvQTbs8TRsu5xeEYK1dztzhToFA2u0ql3/ykCBCsoG9VPcIW9TA==
<<-----END CERTIFICATE-----
<<quit

INFO: Certificate has the following attributes:
Fingerprint:     afb9347e 1edb73d5 4d6386f4 b20005de
Do you accept this certificate? [yes/no]: <<yes

Trustpoint CA certificate accepted.

% Certificate successfully imported
gw(config)# crypto ca authenticate msca
ERROR: Trustpoint 'msca' holds the certificate of its CA already: no crypto ca certificate chain removes it
gw(config)# show running-config crypto ca certificate chain
crypto ca certificate chain msca
 certificate ca 1001
    3082023a 308201a3 a0030201 02020210 01300d06 092a8648 86f70d01 010b0500
    3030310b 30090603 55040613 02434e31 0f300d06 0355040a 0c067179 74616e67
    3110300e 06035504 030c0752 6f6f7420 4341301e 170d3230 30313031 30303030
    30305a17 0d343931 32323430 30303030 305a3030 310b3009 06035504 06130243
    4e310f30 0d060355 040a0c06 71797461 6e673110 300e0603 5504030c 07526f6f
    74204341 30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181
    00ca7398 999ff7b6 e84f1304 412c5f8a da6c4cdd d9127333 d83702a4 188deaae
    8c110b90 d2c09582 d1e096ab 7c3bd38f 480f995c 2cbf4ae3 37da4ec5 69c1e32a
    24fb4b78 973c5bc9 01ae6d0e 55c079cd 61b2c84e c65c2a8d b1b12960 97cb45ae
    53216545 6fe52257 e75f3e1b c9b7313c f119ac66 b5080833 0c603355 ee1bac1e
    a5020301 0001a363 3061301d 0603551d 0e041604 148fdea9 cbe0463b 09ae9148
    fad86ab8 81decd9d 84301f06 03551d23 04183016 80148fde a9cbe046 3b09ae91
    48fad86a b881decd 9d84300f 0603551d 130101ff 04053003 0101ff30 0e060355
    1d0f0101 ff040403 02010630 0d06092a 864886f7 0d01010b 05000381 81000324
    37e7dab9 9649b1cf 7ec68dc6 29dbd194 405d7f5b a4580544 ecf23461 ae1ee237
    90e7877d c5701e16 60a0565e 3d3c2202 53773ecc 979904f3 80bdbb0d 673ff862
    d3376c44 da1e400d 92c3b717 5d26a298 5c9163c5 deb46a0a 61bd04db b3c4d1b2
    ee717846 0ad5dced ce14e814 0daed2a9 77ff2902 042b281b d54f7085 bd4c
  quit
## a subordinate one, by its fingerprint, nobody is asked
gw(config)# crypto ca trustpoint x3
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# crypto ca authenticate x3 fingerprint 70:6F:9E:7A:CD:DB:51:D4:8E:75:89:A8:05:98:38:B1:C3:90:91:82:4F:79:AD:28:98:EC:D1:C8:0B:DC:80:98 nointeractive
Enter the certificate in base64 representation....
End with the word "quit" on a line by itself.
<<-----BEGIN CERTIFICATE-----
<<MIICOTCCAaKgAwIBAgICIAIwDQYJKoZIhvcNAQELBQAwMDELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEQMA4GA1UEAwwHUm9vdCBDQTAeFw0yMDAxMDEwMDAw
<<MDBaFw00OTEyMjQwMDAwMDBaMC8xCzAJBgNVBAYTAkNOMQ8wDQYDVQQKDAZxeXRh
<<bmcxDzANBgNVBAMMBlN1YiBDQTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEA
<<4c+KHORntWHh7O4KRyRXGbPiW5o9/PVGQhF01QYIxZFcxtfdvSEo9HsIgbbphUhW
<<1mzpfYPmJtLPgkx8eRNAVovpB8MMgNcVE7QwaVFa3SM0y68fYK2AXWKSw8MFinLJ
<<Jxb9AObxT3/UwxiBqpdxSYZNVcigZpuLkrxpOkcbHDMCAwEAAaNjMGEwDwYDVR0T
<<AQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFB4loJBoeBmTjz9a
<<eUCvzPvbO30aMB8GA1UdIwQYMBaAFI/eqcvgRjsJrpFI+thquIHezZ2EMA0GCSqG
<<SIb3DQEBCwUAA4GBAIzPcIuCDpOJ0YMliMWXTRgLfqVdkYT7OuWnsgxfRdC9X0VB
<<7IY38G7SFVcimvIhjmDz3Xt8gCBo+TV1flycJgiGDavxDrH6KObBAbtbsAxqSEDG
<<LpIALwqAsmN7v5wWe6osB/tTR9gBoneRfEyxpPxpXphPEa604t0/hf67u/DN
<<-----END CERTIFICATE-----
<<quit

INFO: Certificate has the following attributes:
Fingerprint:     edffae06 0be93f8d cfcd633c c8ca9a1e

Trustpoint 'x3' is a subordinate CA and holds a non self-signed certificate.

Trustpoint CA certificate accepted.

% Certificate successfully imported
gw(config-ca-trustpoint)# exit
## ^C ends it at any line
gw(config)# crypto ca trustpoint y
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# no crypto ca trustpoint y
## a certificate goes by its number, a trustpoint with all it has
gw(config)# crypto ca certificate chain x3
gw(config-cert-chain)# no certificate 9999
ERROR: there is no certificate 9999
gw(config-cert-chain)# no certificate 2002
gw(config-cert-chain)# show running-config crypto ca certificate chain | include chain
crypto ca certificate chain msca
crypto ca certificate chain x3
gw(config-cert-chain)# certificate chain 12
ERROR: a certificate is named by [ca|ra-sign|ra-encrypt|ra-general] and its serial number in hexadecimal
gw(config-cert-chain)# exit
gw(config)# no crypto ca trustpoint x3
WARNING: Removing an enrolled trustpoint will destroy all 
certificates received from the related Certificate Authority.
INFO: Be sure to ask the CA administrator to revoke your certificates.
gw(config)# no crypto ca trustpoint x3
ERROR: CA trustpoint 'x3' is not known.
## what running-config shows can be pasted
gw(config)# no crypto ca trustpoint msca
WARNING: Removing an enrolled trustpoint will destroy all 
certificates received from the related Certificate Authority.
INFO: Be sure to ask the CA administrator to revoke your certificates.
gw(config)# crypto ca trustpoint msca
gw(config-ca-trustpoint)# crypto ca certificate chain msca
gw(config-cert-chain)# certificate ca 1001
gw(config-pubkey)#     3082023a 308201a3 a0030201 02020210 01300d06 092a8648 86f70d01 010b0500
gw(config-pubkey)#     3030310b 30090603 55040613 02434e31 0f300d06 0355040a 0c067179 74616e67
gw(config-pubkey)#     3110300e 06035504 030c0752 6f6f7420 4341301e 170d3230 30313031 30303030
gw(config-pubkey)#     30305a17 0d343931 32323430 30303030 305a3030 310b3009 06035504 06130243
gw(config-pubkey)#     4e310f30 0d060355 040a0c06 71797461 6e673110 300e0603 5504030c 07526f6f
gw(config-pubkey)#     74204341 30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181
gw(config-pubkey)#     00ca7398 999ff7b6 e84f1304 412c5f8a da6c4cdd d9127333 d83702a4 188deaae
gw(config-pubkey)#     8c110b90 d2c09582 d1e096ab 7c3bd38f 480f995c 2cbf4ae3 37da4ec5 69c1e32a
gw(config-pubkey)#     24fb4b78 973c5bc9 01ae6d0e 55c079cd 61b2c84e c65c2a8d b1b12960 97cb45ae
gw(config-pubkey)#     53216545 6fe52257 e75f3e1b c9b7313c f119ac66 b5080833 0c603355 ee1bac1e
gw(config-pubkey)#     a5020301 0001a363 3061301d 0603551d 0e041604 148fdea9 cbe0463b 09ae9148
gw(config-pubkey)#     fad86ab8 81decd9d 84301f06 03551d23 04183016 80148fde a9cbe046 3b09ae91
gw(config-pubkey)#     48fad86a b881decd 9d84300f 0603551d 130101ff 04053003 0101ff30 0e060355
gw(config-pubkey)#     1d0f0101 ff040403 02010630 0d06092a 864886f7 0d01010b 05000381 81000324
gw(config-pubkey)#     37e7dab9 9649b1cf 7ec68dc6 29dbd194 405d7f5b a4580544 ecf23461 ae1ee237
gw(config-pubkey)#     90e7877d c5701e16 60a0565e 3d3c2202 53773ecc 979904f3 80bdbb0d 673ff862
gw(config-pubkey)#     d3376c44 da1e400d 92c3b717 5d26a298 5c9163c5 deb46a0a 61bd04db b3c4d1b2
gw(config-pubkey)#     ee717846 0ad5dced ce14e814 0daed2a9 77ff2902 042b281b d54f7085 bd4c
gw(config-pubkey)#   quit
gw(config-cert-chain)# exit
gw(config)# show running-config crypto ca certificate chain
crypto ca certificate chain msca
 certificate ca 1001
    3082023a 308201a3 a0030201 02020210 01300d06 092a8648 86f70d01 010b0500
    3030310b 30090603 55040613 02434e31 0f300d06 0355040a 0c067179 74616e67
    3110300e 06035504 030c0752 6f6f7420 4341301e 170d3230 30313031 30303030
    30305a17 0d343931 32323430 30303030 305a3030 310b3009 06035504 06130243
    4e310f30 0d060355 040a0c06 71797461 6e673110 300e0603 5504030c 07526f6f
    74204341 30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181
    00ca7398 999ff7b6 e84f1304 412c5f8a da6c4cdd d9127333 d83702a4 188deaae
    8c110b90 d2c09582 d1e096ab 7c3bd38f 480f995c 2cbf4ae3 37da4ec5 69c1e32a
    24fb4b78 973c5bc9 01ae6d0e 55c079cd 61b2c84e c65c2a8d b1b12960 97cb45ae
    53216545 6fe52257 e75f3e1b c9b7313c f119ac66 b5080833 0c603355 ee1bac1e
    a5020301 0001a363 3061301d 0603551d 0e041604 148fdea9 cbe0463b 09ae9148
    fad86ab8 81decd9d 84301f06 03551d23 04183016 80148fde a9cbe046 3b09ae91
    48fad86a b881decd 9d84300f 0603551d 130101ff 04053003 0101ff30 0e060355
    1d0f0101 ff040403 02010630 0d06092a 864886f7 0d01010b 05000381 81000324
    37e7dab9 9649b1cf 7ec68dc6 29dbd194 405d7f5b a4580544 ecf23461 ae1ee237
    90e7877d c5701e16 60a0565e 3d3c2202 53773ecc 979904f3 80bdbb0d 673ff862
    d3376c44 da1e400d 92c3b717 5d26a298 5c9163c5 deb46a0a 61bd04db b3c4d1b2
    ee717846 0ad5dced ce14e814 0daed2a9 77ff2902 042b281b d54f7085 bd4c
  quit
gw(config)# show crypto ca certificates msca | include Serial|Trustpoints
  Certificate Serial Number: 1001
  Associated Trustpoints: msca
gw(config)# no crypto ca certificate chain msca
gw(config)# end
gw# 
