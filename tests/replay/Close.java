// Encrypts a finished form with javax.crypto, as the ODK encrypted forms specification says.
// Arguments: public key in base64, form id, version, instanceID. Input: lines "name TAB base64", the form last.
// Output: the same lines for "manifest" and each closed file.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

public class Close {
    static PublicKey server;

    public static void main(String[] told) throws Exception {
        server = KeyFactory.getInstance("RSA")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(told[0])));
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        md5.update(told[3].getBytes(StandardCharsets.UTF_8));
        byte[] vector = md5.digest(secret);
        String key = toServer(secret);
        StringBuilder source = new StringBuilder();
        for (String part : new String[] {told[1], told[2], key, told[3]}) {
            source.append(part).append("\n");
        }
        StringBuilder media = new StringBuilder();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        java.io.PrintStream out = new java.io.PrintStream(System.out, true, "UTF-8");
        int count = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String name = line.substring(0, line.indexOf('\t'));
            byte[] content = Base64.getDecoder().decode(line.substring(line.indexOf('\t') + 1));
            ++vector[count % vector.length];
            ++count;
            Cipher cipher = Cipher.getInstance("AES/CFB/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new IvParameterSpec(vector));
            out.println(name + ".enc\t" + Base64.getEncoder().encodeToString(cipher.doFinal(content)));
            String digest = String.format("%032x", new BigInteger(1, MessageDigest.getInstance("MD5").digest(content)));
            source.append(name).append("::").append(digest).append("\n");
            if (!name.equals("submission.xml")) {
                media.append("<media><file>").append(name).append(".enc</file></media>\n");
            }
        }
        byte[] digest = MessageDigest.getInstance("MD5").digest(source.toString().getBytes(StandardCharsets.UTF_8));
        String manifest = "<data id=\"" + told[1] + "\" version=\"" + told[2]
            + "\" encrypted=\"yes\" xmlns=\"http://www.opendatakit.org/xforms/encrypted\"><base64EncryptedKey>" + key
            + "</base64EncryptedKey><orx:meta xmlns:orx=\"http://openrosa.org/xforms\"><orx:instanceID>" + told[3]
            + "</orx:instanceID></orx:meta>\n" + media + "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
            + "<base64EncryptedElementSignature>" + toServer(digest) + "</base64EncryptedElementSignature></data>";
        out.println("manifest\t" + Base64.getEncoder().encodeToString(manifest.getBytes(StandardCharsets.UTF_8)));
    }

    static String toServer(byte[] content) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(Cipher.ENCRYPT_MODE, server,
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return Base64.getEncoder().encodeToString(cipher.doFinal(content));
    }
}
