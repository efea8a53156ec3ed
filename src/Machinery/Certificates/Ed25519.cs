using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Navarch.Machinery.Certificates;

/// <summary>Checks signatures by Ed25519 (RFC 8032), which the platform's classes do not do though the library beneath them does.</summary>
internal static partial class Ed25519
{
    /// <summary>The name of the algorithm, and of its keys (RFC 8410).</summary>
    public const string Oid = "1.3.101.112";

    // The one that .NET itself has loaded by the time certificates are looked at.
    private const string Library = "libcrypto.so.3";
    private const int KeyType = 1087; // NID_ED25519
    private const int KeyLength = 32;

    /// <summary>Whether the holder of the key has signed the message. Bytes that are no key or no signature have signed nothing.</summary>
    /// <exception cref="DllNotFoundException">The machine has no OpenSSL 3.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyLength)
        {
            return false;
        }

        using var key = NewPublicKey(KeyType, 0, publicKey, (nuint)publicKey.Length);
        using var context = NewContext();
        try
        {
            return !key.IsInvalid && !context.IsInvalid
                && BeginVerify(context, 0, 0, 0, key) == 1
                && Verify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        }
        finally
        {
            ForgetErrors(); // Of this thread: whoever asks the library next must not take them for its own.
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial KeyHandle NewPublicKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial ContextHandle NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int BeginVerify(ContextHandle context, nint keyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static partial int Verify(ContextHandle context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    private static partial void ForgetErrors();

    private sealed class KeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    private sealed class ContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
