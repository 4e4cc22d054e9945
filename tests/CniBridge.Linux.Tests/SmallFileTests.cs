namespace CniBridge.Linux.Tests;

public sealed class SmallFileTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    string File => Path.Combine(_directory.FullName, "file");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void A_file_is_read_whole(int length)
    {
        var content = Bytes(length);
        System.IO.File.WriteAllBytes(File, content);
        Assert.Equal(content, SmallFile.TryRead(File, 8192));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(600)]
    public void What_is_longer_than_the_limit_is_cut(int limit)
    {
        System.IO.File.WriteAllBytes(File, Bytes(2000));
        Assert.Equal(Bytes(2000)[..limit], SmallFile.TryRead(File, limit));
    }

    [Fact]
    public void Nothing_is_read_where_there_is_no_file() => Assert.Null(SmallFile.TryRead(File, 512));

    [Theory]
    [InlineData("")]
    [InlineData("10.88.0.9")]
    [InlineData("10.88.0.10")]
    [InlineData("10.88.0.100")]
    public void Another_content_takes_the_place_of_all_that_was_there(string before)
    {
        System.IO.File.WriteAllText(File, before);
        SmallFile.Overwrite(File, "10.88.0.11"u8, 0b110_000_000);
        Assert.Equal("10.88.0.11", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_file_that_is_not_there_is_made_with_the_mode_that_is_asked_for()
    {
        SmallFile.Overwrite(File, "x"u8, 0b110_000_000);
        Assert.Equal("x", System.IO.File.ReadAllText(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)(i * 7);
        return bytes;
    }
}
