using System.Security.Cryptography;
using CniBridge.Plugins.Hashing;

namespace CniBridge.Plugins.Tests;

public sealed class Sha512Tests
{
    // Lengths around one, two and three blocks of 128 bytes, with and without room for the length behind the text.
    [Fact]
    public void A_digest_of_any_length_is_that_of_the_framework()
    {
        for (var length = 0; length < 400; length++)
        {
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
                bytes[i] = (byte)(i * 7);
            Assert.Equal(SHA512.HashData(bytes), Sha512.Compute(bytes));
        }
    }

    // FIPS 180-4, example of one block.
    [Fact]
    public void The_digits_are_the_start_of_the_digest() => Assert.Equal("ddaf35a193617abacc417349", Sha512.HexOf("abc", 24));
}
