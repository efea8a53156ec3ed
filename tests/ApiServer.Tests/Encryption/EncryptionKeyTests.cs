using System.Text;
using Navarch.ApiServer.Encryption;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Encryption;

public sealed class EncryptionKeyTests
{
    private const string Place = "/registry/secrets/default/a";

    private readonly EncryptionKey key = EncryptionKey.Create(new FakeTime());

    [Fact]
    public void A_value_is_read_where_it_was_written_and_shows_nothing_but_the_name_of_its_key()
    {
        var value = key.Encrypt(Place, "plain text"u8);

        Assert.Equal("plain text", Encoding.UTF8.GetString(key.Decrypt(Place, value)));
        Assert.StartsWith($"k8s:enc:aesgcm:v1:{key.Name}:", Encoding.Latin1.GetString(value), StringComparison.Ordinal);
        Assert.Equal(key.Name, EncryptionKey.NameIn(value));
        Assert.DoesNotContain("plain", Encoding.Latin1.GetString(value), StringComparison.Ordinal);
        Assert.NotEqual(value, key.Encrypt(Place, "plain text"u8));
    }

    [Fact]
    public void A_value_that_is_moved_is_no_value() =>
        Assert.Throws<UnreadableValueException>(() => key.Decrypt("/registry/secrets/default/b", key.Encrypt(Place, "x"u8)));

    [Fact]
    public void A_flipped_bit_or_a_missing_byte_is_noticed_wherever_it_is()
    {
        var value = key.Encrypt(Place, "x"u8);
        var head = value.Length - 12 - 16 - 1;
        for (var i = head; i < value.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var damaged = value.ToArray();
                damaged[i] ^= (byte)(1 << bit);
                Assert.Throws<UnreadableValueException>(() => key.Decrypt(Place, damaged));
            }

            var cut = value[..i];
            Assert.Throws<UnreadableValueException>(() => key.Decrypt(Place, cut));
        }
    }

    [Theory]
    [InlineData("{\"kind\":\"Secret\"}")]
    [InlineData("k8s:enc:aescbc:v1:key1:xx")]
    [InlineData("k8s:enc:aesgcm:v1::xx")]
    [InlineData("k8s:enc:aesgcm:v1:no-end")]
    [InlineData("")]
    public void Other_forms_name_no_key(string value) => Assert.Null(EncryptionKey.NameIn(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Upstreams_form_is_read()
    {
        // Made by another implementation of AES-256-GCM, laid out as upstream's provider does: nonce, ciphertext, tag.
        var known = new EncryptionKey { Name = "key1", Created = default, Secret = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)] };
        var value = "k8s:enc:aesgcm:v1:key1:"u8.ToArray().Concat(Convert.FromHexString("000102030405060708090A0B2676A27AA68EE27AF961F3EAC687A10581CC9FC6A68D01A1315E1A2C38C2")).ToArray();

        Assert.Equal("attack at dawn", Encoding.UTF8.GetString(known.Decrypt(Place, value)));
    }
}
