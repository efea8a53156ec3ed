using System.Net;
using System.Text;
using Navarch.Machinery.Certificates;

namespace Navarch.Machinery.Tests.Certificates;

public sealed class SigningRequestTests
{
    // openssl req -new -key (P-384) -subj /O=dev/CN=ann
    private const string Plain = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIIBFTCBmwIBADAcMQwwCgYDVQQKDANkZXYxDDAKBgNVBAMMA2FubjB2MBAGByqG
        SM49AgEGBSuBBAAiA2IABLxfZkzjllSYPujz4Wzme9Qa2DIs55pTimVWySCvK6zx
        dEwgFj8wEcg63uVNHWY8EK0yab1uCVhD7VCRCtSxnzpsMyIXu6J4AK3mk2zZJyL/
        jRAYcLn4nkwlu/rPxr68yKAAMAoGCCqGSM49BAMCA2kAMGYCMQDHSsHGfJvdza63
        NQ8DNIUX28XuBpv6KOnZ2iAdShhmX/qmSabCU8r5PXc9BITMSrkCMQCL+WFVwX4n
        8fEjpne9kLxVf2d9XZTsRbtLfm7BQRzrb4vwnFN3gndQz/5bgKQPKd4=
        -----END CERTIFICATE REQUEST-----
        """;

    // openssl req -newkey rsa:2048 -subj /O=dev/O=ops/CN=ann -addext subjectAltName=…
    private const string WithNames = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIICxTCCAa0CAQAwKjEMMAoGA1UECgwDZGV2MQwwCgYDVQQKDANvcHMxDDAKBgNV
        BAMMA2FubjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAO46XWVjzubM
        tbKFRtNtamDmW/MRq/mLGQi0W+5pn0ZrtDMOaSdK/fNgD6IVhHmz6HeytU8ZL+gj
        dBX5Q2C+nn69pK0kRwty9T8ZRHwxlOVAixwzP6qhDpfdwldGD5H0Ys/BbFacuIS9
        lOC/qy2SOTBs4vMkkdSPQ2h7zh8dolHCHSEGS4pENhujLhXZUQe7SeKP1rPuWbTk
        ZT5DG/jD2DZVhfBJJTkLd9J4XDEZfkCwIkxpAnvFLw9AgR2xq7VX6rGS3FWw+wdD
        yh2CsbFQYEgCuV2xdZLl6QvDeWNiA29UFcY+/immvkcT05QZmpd3FicPzsLqfFdf
        VTnd3mWDOEcCAwEAAaBWMFQGCSqGSIb3DQEJDjFHMEUwQwYDVR0RBDwwOoINYS5l
        eGFtcGxlLmNvbYcECgAAAYENYUBleGFtcGxlLmNvbYYUaHR0cHM6Ly9leGFtcGxl
        LmNvbS8wDQYJKoZIhvcNAQELBQADggEBAAFi6iG2m0UXwz930UuIXpYpmtmnIfyV
        2rVeKAoEBNd0RxUiPjM0pj2Ay8/STwfZtRsW+ZjE0tGvQ0SE48N7aQL7gTOeMXYX
        UI8flv3xQCq2rE8tu+C36ta8SKMVlZm3sLPw8tO33K0LAbkpgkMgNWb9pcaYPafZ
        X2yJuBlDtHmLGNRl4Lk1lnIQVUPfEOW9mJ5Bqq9xsWI+bd3hb3GjcXOyTkJnAuWR
        RuyrL7j+97K1dC0fBhTTXzPKQnBOGkL0LGDygYJZ3ziXNnmvHce3KeHf1qv4q0f7
        Nmw+BxOTgv1tplxrYDMvFBtTByKVQjTSmHf/wo/JM3xEHXwmePWSiHA=
        -----END CERTIFICATE REQUEST-----
        """;

    [Fact]
    public void Requests_made_with_openssl_are_understood()
    {
        var plain = SigningRequest.Parse(Encoding.ASCII.GetBytes(Plain));
        Assert.Equal(("ann", "dev"), (plain.Subject.CommonName, Assert.Single(plain.Subject.Organizations)));
        Assert.Empty(plain.DnsNames);

        var named = SigningRequest.Parse(Encoding.ASCII.GetBytes(WithNames));
        Assert.Equal(["dev", "ops"], named.Subject.Organizations);
        Assert.Equal(["a.example.com"], named.DnsNames);
        Assert.Equal([IPAddress.Parse("10.0.0.1")], named.Addresses);
        Assert.Equal(["a@example.com"], named.Emails);
        Assert.Equal(["https://example.com/"], named.Uris);
    }
}
