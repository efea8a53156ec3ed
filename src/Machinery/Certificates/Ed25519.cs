using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Navarch.Machinery.Certificates;

/// <summary>
/// Checks signatures by Ed25519 (RFC 8032, 5.1), which the platform does not do. Everything here is public, so that it need not take the
/// same time whatever the numbers are; nothing is signed here.
/// </summary>
public static class Ed25519
{
    /// <summary>The name of the algorithm, and of its keys (RFC 8410).</summary>
    public const string Oid = "1.3.101.112";

    private const int KeyLength = 32;
    private const int SignatureLength = 64;

    // The field, the order of the base point, and the curve -x² + y² = 1 + d·x²·y².
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly Point Base = Find(Mod(4 * Inverse(5)), isOdd: false) ?? throw new InvalidOperationException("the base point is on the curve");

    /// <summary>Whether the holder of the key has signed the message. Bytes that are no key or no signature have signed nothing.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength || Decode(publicKey) is not { } key)
        {
            return false;
        }

        var commitment = signature[..32];
        var s = new BigInteger(signature[32..], isUnsigned: true);
        if (s >= Order)
        {
            return false; // Else there were several signatures of one message.
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(commitment);
        hash.AppendData(publicKey);
        hash.AppendData(message);
        var challenge = new BigInteger(hash.GetHashAndReset(), isUnsigned: true) % Order;
        Span<byte> expected = stackalloc byte[32];
        Encode(Add(Multiply(Base, s), Multiply(Negate(key), challenge)), expected);
        return expected.SequenceEqual(commitment);
    }

    private static BigInteger Mod(BigInteger value) => value % P is var rest && rest.Sign < 0 ? rest + P : rest;

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        Span<byte> bytes = stackalloc byte[32];
        encoded.CopyTo(bytes);
        var isOdd = (bytes[31] & 0x80) != 0;
        bytes[31] &= 0x7F;
        var y = new BigInteger(bytes, isUnsigned: true);
        return y < P ? Find(y, isOdd) : null;
    }

    /// <summary>The point of that y whose x is odd, or even; null where there is none.</summary>
    private static Point? Find(BigInteger y, bool isOdd)
    {
        var (u, v) = (Mod((y * y) - 1), Mod((D * y * y) + 1));
        var x = Mod(u * BigInteger.ModPow(v, 3, P) * BigInteger.ModPow(u * BigInteger.ModPow(v, 7, P), (P - 5) / 8, P));
        var square = Mod(v * x * x);
        if (square != u)
        {
            if (square != Mod(-u))
            {
                return null;
            }

            x = Mod(x * RootOfMinusOne);
        }

        return x.IsZero && isOdd ? null : At(x.IsEven == isOdd ? P - x : x, y);
    }

    private static Point At(BigInteger x, BigInteger y) => new(x, y, BigInteger.One, Mod(x * y));

    private static Point Negate(Point point) => new(Mod(-point.X), point.Y, point.Z, Mod(-point.T));

    private static Point Add(Point p, Point q)
    {
        var a = Mod((p.Y - p.X) * (q.Y - q.X));
        var b = Mod((p.Y + p.X) * (q.Y + q.X));
        var c = Mod(2 * p.T * D * q.T);
        var z = Mod(2 * p.Z * q.Z);
        var (e, f, g, h) = (b - a, z - c, z + c, b + a);
        return new(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
    }

    private static Point Multiply(Point point, BigInteger times)
    {
        var sum = At(BigInteger.Zero, BigInteger.One);
        for (var bit = (int)times.GetBitLength() - 1; bit >= 0; bit--)
        {
            sum = Add(sum, sum);
            sum = ((times >> bit) & 1).IsOne ? Add(sum, point) : sum;
        }

        return sum;
    }

    private static void Encode(Point point, Span<byte> bytes)
    {
        var inverse = Inverse(point.Z);
        var (x, y) = (Mod(point.X * inverse), Mod(point.Y * inverse));
        bytes.Clear();
        y.TryWriteBytes(bytes, out _, isUnsigned: true);
        bytes[31] |= x.IsEven ? (byte)0 : (byte)0x80;
    }

    // Extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z. Sums need no division.
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);
}
