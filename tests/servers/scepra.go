// A registration authority: see scepra.
package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	kitlog "github.com/go-kit/kit/log"
	"github.com/micromdm/scep/v2/scep"
	scepserver "github.com/micromdm/scep/v2/server"
)

var (
	dir       = flag.String("dir", ".", "")
	listen    = flag.String("listen", "127.0.0.1:8080", "")
	challenge = flag.String("challenge", "", "")
	reject    = flag.Bool("reject", false, "")
)

func read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(*dir, name))
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		log.Fatal(name, ": no PEM")
	}
	return block.Bytes
}

func certificate(name string) *x509.Certificate {
	c, err := x509.ParseCertificate(read(name))
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	return c
}

func key(name string) *rsa.PrivateKey {
	k, err := x509.ParsePKCS1PrivateKey(read(name))
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	return k
}

// The CA that stands behind us.
func issue(m *scep.CSRReqMessage) (*x509.Certificate, error) {
	if *reject {
		return nil, errors.New("nothing is granted")
	}
	request, out := filepath.Join(*dir, "request.der"), filepath.Join(*dir, "issued.pem")
	if err := os.WriteFile(request, m.RawDecrypted, 0600); err != nil {
		return nil, err
	}
	text, err := exec.Command("openssl", "x509", "-req", "-inform", "DER", "-in", request, "-CA", filepath.Join(*dir, "ca.pem"),
		"-CAkey", filepath.Join(*dir, "ca.key"), "-CAcreateserial", "-days", "30", "-copy_extensions", "copyall",
		"-out", out).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("openssl: %s", text)
	}
	return certificate("issued.pem"), nil
}

func main() {
	flag.Parse()
	var signer scepserver.CSRSigner = scepserver.CSRSignerFunc(issue)
	if *challenge != "" {
		signer = scepserver.ChallengeMiddleware(*challenge, signer)
	}
	logger := kitlog.NewLogfmtLogger(os.Stderr)
	service, err := scepserver.NewService(certificate("ra.pem"), key("ra.key"), signer,
		scepserver.WithAddlCA(certificate("ca.pem")), scepserver.WithLogger(logger))
	if err != nil {
		log.Fatal(err)
	}
	at, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	log.Fatal(http.Serve(at, scepserver.MakeHTTPHandler(scepserver.MakeServerEndpoints(service), service, logger)))
}
