using System.Security.Cryptography;
using System.Text;
using Navarch.Machinery.Certificates;

namespace Navarch.Machinery.Tests.Certificates;

public sealed class Ed25519Tests
{
    private const string Request = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIHIMHwCAQAwHDEMMAoGA1UECgwDZGV2MQwwCgYDVQQDDANhbm4wKjAFBgMrZXAD
        IQCkjvR9f2vuwh6s4fLVQyWlSzYXoFEeEU8vmLGr/oFc06AtMCsGCSqGSIb3DQEJ
        DjEeMBwwGgYDVR0RBBMwEYEPYW5uQGV4YW1wbGUuY29tMAUGAytlcANBACdFhyTK
        Gapraj2yIfz5ZR7gSrRegqqG158j93uoFGQZ/7YP/y2zapVw376agGJYGoyeWKEZ
        ZmlrI7mLhUtJ2Q8=
        -----END CERTIFICATE REQUEST-----
        """;

    /// <summary>RFC 8032, 7.1.</summary>
    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Signatures_of_the_standard_are_good_and_nothing_near_them(string key, string message, string signature)
    {
        var (publicKey, said, signed) = (Convert.FromHexString(key), Convert.FromHexString(message), Convert.FromHexString(signature));

        Assert.True(Ed25519.Verify(publicKey, said, signed));
        Assert.False(Ed25519.Verify(publicKey, [.. said, 0], signed));
        Assert.False(Ed25519.Verify(publicKey, said, signed[..63]));
        Assert.False(Ed25519.Verify(publicKey[..31], said, signed));
        foreach (var i in (int[])[0, 31, 32, 63])
        {
            Assert.False(Ed25519.Verify(publicKey, said, [.. signed[..i], (byte)(signed[i] ^ 1), .. signed[(i + 1)..]]));
            Assert.False(i < 32 && Ed25519.Verify([.. publicKey[..i], (byte)(publicKey[i] ^ 1), .. publicKey[(i + 1)..]], said, signed));
        }

        // The same number once around: another signature of the same, where numbers are not looked at.
        var order = System.Numerics.BigInteger.Pow(2, 252) + System.Numerics.BigInteger.Parse("27742317777372353535851937790883648493", null);
        var around = (new System.Numerics.BigInteger(signed.AsSpan(32), isUnsigned: true) + order).ToByteArray(isUnsigned: true);
        Assert.False(Ed25519.Verify(publicKey, said, [.. signed[..32], .. around]));
    }

    [Fact]
    public void A_request_with_such_a_key_is_read_if_its_holder_made_it()
    {
        var request = SigningRequest.Parse(Encoding.ASCII.GetBytes(Request));

        Assert.Equal(("ann", "dev", "ann@example.com", "1.3.101.112"), (request.Subject.CommonName, Assert.Single(request.Subject.Organizations), Assert.Single(request.Emails), request.PublicKey.Oid.Value));
        var der = Convert.FromBase64String(string.Concat(Request.Split('\n').Where(static line => !line.Contains('-', StringComparison.Ordinal))));
        foreach (var place in (int[])[20, 60, 150, der.Length - 1])
        {
            var other = (byte[])der.Clone();
            other[place] ^= 1;
            Assert.Throws<CryptographicException>(() => SigningRequest.Parse(Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", other))));
        }
    }
}
